#pragma once

/// Stored blocks, column by column: a block is unpacked once and any of its
/// columns read into memory of the caller, which it reuses. What needs whole
/// windows takes `open_block`.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "schema/coverage.hpp"
#include "store/block_payload.hpp"
#include "store/column.hpp"

namespace tributary {

/// What a block says before its payload is unpacked.
struct block_header {
  tick start = 0;
  uint16_t slots = 0;
  uint16_t columns = 0;
  content_hash layout_hash;
  std::vector<coverage_run> runs;
};

/// Places in a layout: `[begin, end)`.
struct column_range {
  size_t begin = 0;
  size_t end = SIZE_MAX;
};

/// Yields `ec::corrupt` for what does not decode or breaks a bound.
caf::expected<block_header> open_block_header(std::string_view sealed);

/// Reads one block after the other with the same memory.
class block_reader {
public:
  /// Unpacks a block, of which nothing is kept but what is unpacked. Payloads
  /// are looked up and kept in `cache` where there is one. Yields
  /// `ec::corrupt`; the reader then holds no block.
  /// @param wanted which columns will be read: of a large block less is
  /// unpacked for few.
  caf::error open(std::string_view sealed, payload_cache* cache = nullptr,
                  column_range wanted = {});

  /// Of the block that was opened last; it has no columns when that failed.
  const block_header& header() const noexcept {
    return header_;
  }

  /// One bit a slot that any run covers.
  const std::vector<uint64_t>& covered() const noexcept {
    return covered_;
  }

  /// Reads the column of that place in the layout (charts in their order, then
  /// dimensions) into `to`, whose values, presence and estimates are replaced.
  /// False when there is none, it was not wanted, or its bytes do not decode;
  /// `to` is then of no use.
  bool read(size_t index, window_column& to);

private:
  caf::error unpack(const packed_payload& payload, payload_cache* cache,
                    column_range wanted);
  caf::error unpack_part_of(const payload_part& from, payload_cache* cache);
  /// Finds the columns in the first part; false when they do not fit.
  bool find_columns(size_t raw_bytes);
  /// Of a column, all that its part has behind it for version 1. Empty where
  /// it was not unpacked or is of two parts.
  std::string_view bytes_of(size_t index) const;

  block_header header_;
  std::vector<uint64_t> covered_;
  bool is_v1_ = false;
  /// Where parts are unpacked to when there is no cache.
  std::string own_;
  /// What of the payload was unpacked, in its order.
  struct unpacked_part {
    size_t begin;
    std::string_view bytes;
    /// Of the cache, if it is of one.
    std::shared_ptr<const std::string> shared;
  };
  std::vector<unpacked_part> parts_;
  /// Where each column begins, and where the last ends.
  std::vector<uint32_t> begins_;
  slot_sets sets_;
  column_buffers buffers_;
};

} // namespace tributary
