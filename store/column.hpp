#pragma once

/// One column of a block as bytes and back; the format stands in store.capnp
/// under Block.payload. Pure and bounded: it never reads outside its input.

#include <string>
#include <vector>

#include "store/window.hpp"

namespace tributary {

/// One bit a slot that any epoch covers.
std::vector<uint64_t> covered_slots(const window_table& window);

/// Appends a column. Slots that are not covered must be absent.
void put_column(std::string& out, const window_column& column,
                const std::vector<uint64_t>& covered, uint16_t slots);

/// Reads a column into `to` (values, presence, estimates are replaced). False
/// when the bytes do not decode or claim a slot that is not covered.
bool get_column(const uint8_t* at, const uint8_t* end,
                const std::vector<uint64_t>& covered, uint16_t slots,
                window_column& to);

} // namespace tributary
