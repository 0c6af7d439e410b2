#pragma once

/// One column of a block as bytes and back; docs/format.md draws them. Pure and
/// bounded: it never reads outside its input. Equal columns give equal bytes,
/// whoever seals them: nodes along a chain compare blocks by their bytes.

#include <string>
#include <vector>

#include "store/slot_set.hpp"
#include "store/window.hpp"

namespace tributary {

/// One bit a slot that any epoch covers.
std::vector<uint64_t> covered_slots(const window_table& window);

/// Memory that columns are packed and read with, one after the other.
struct column_buffers {
  std::vector<int64_t> values;
  std::vector<uint64_t> residuals;
  std::vector<uint64_t> bits;
};

/// Appends a column, and its gaps and estimates to `sets`. Slots that are not
/// covered must be absent.
void put_column(std::string& out, const window_column& column,
                const std::vector<uint64_t>& covered, slot_sets& sets,
                column_buffers& buffers);

/// Reads a column, which takes all of the bytes, into `to` (values, presence,
/// estimates are replaced). False when the bytes do not decode or claim a slot
/// that is not covered; `to` is then of no use.
bool get_column(const uint8_t* at, const uint8_t* end,
                const std::vector<uint64_t>& covered, uint16_t slots,
                const slot_sets& sets, window_column& to,
                column_buffers& buffers);

/// The most bytes that a column of so many slots takes: flags, two numbers, two
/// places of sets, and residuals of eight bytes with their width and bitmap.
constexpr size_t column_bytes_max(size_t slots) noexcept {
  return 1 + 2 * 10 + 2 * 3 + 1 + (slots + 7) / 8 + 8 * slots;
}

} // namespace tributary
