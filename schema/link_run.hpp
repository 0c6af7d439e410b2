#pragma once

/// Packed runs: how frames and rosters of the live lane travel where both sides
/// agreed on a codec. The form is specified in link.capnp; run_packer and
/// run_unpacker are the two sides of it.

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "schema/link.hpp"

namespace tributary {

/// The cap on what one run unpacks to: rosters of some thousand charts.
constexpr uint8_t link_run_bytes_log = 20;
constexpr size_t link_run_bytes_max = size_t{1} << link_run_bytes_log;

/// What a parent unpacks that says this in its welcome.
constexpr size_t run_bytes_of(uint8_t log) noexcept {
  return log < link_run_bytes_log ? size_t{1} << log : link_run_bytes_max;
}

/// No codec shrinks an honest run to less than one part in so many; a run that
/// claims more is a bomb.
constexpr size_t link_run_ratio_max = 128;

/// What the message of a frame takes beside the sealed bytes, with its length
/// word: the size of links that are not packed.
constexpr size_t frame_message_bytes = 64;

/// A run among bodies: this, which no message begins with, and the bytes that
/// it unpacks to, stand in place of its length words.
constexpr uint32_t run_mark = 0xffffffff;

inline bool is_run(std::string_view body) noexcept {
  return body.size() >= link_header_bytes
         && memcmp(body.data(), &run_mark, sizeof(run_mark)) == 0;
}

/// A run as a body. `head` is its two length words as they came.
inline std::string run_body(const uint32_t (&head)[2], std::string_view data) {
  const uint32_t words[] = {run_mark, head[1]};
  std::string result{reinterpret_cast<const char*>(words), sizeof(words)};
  return result.append(data);
}

/// Bytes that a body took on the link.
inline size_t link_bytes_of(std::string_view body) noexcept {
  return is_run(body) ? body.size() : link_header_bytes + body.size();
}

} // namespace tributary
