#pragma once

/// Blocks of one window share values of tier 0. LMDB gives a value above half a
/// page whole pages of its own, of which half a page is wasted on average: a
/// quarter of a block of 128 quiet columns, little of eight such blocks.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/block.hpp"

namespace tributary {

/// Bytes of a value that holds more than one block: 16 pages, so that a free
/// run for it is found soon, less LMDB's own header.
constexpr size_t packed_bytes_max = 8 * 4096 - 16;

/// Some groups of a window, one behind the other.
struct packed_blocks {
  /// Number of the first of them; the others follow.
  uint32_t first_group = 0;
  /// Sealed blocks, each a message that tells its own size.
  std::string value;
};

/// Puts `groups` into as few values as their order and the bound allow.
std::vector<packed_blocks> pack_blocks(const std::vector<sealed_group>& groups);

/// Size of the message in flat framing at the head of `bytes`; 0 when it is not
/// whole. The head is the number of segments less one and the words of each, 32
/// bits each, filled up to whole words.
size_t message_bytes(std::string_view bytes);

/// The sealed blocks of a value, as views of it. Bytes that are no whole
/// message are the last one, for whoever opens it to refuse.
std::vector<std::string_view> unpack_blocks(std::string_view value);

} // namespace tributary
