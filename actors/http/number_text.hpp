#pragma once

/// Prints numbers for JSON and CSV: the shortest decimal text that reads back
/// as the same double; whole numbers from 1e15 on in full. Pure.

#include <cstddef>
#include <cstdint>
#include <string>

namespace tributary {

/// Appends `value`; false, and nothing appended, when it is NaN or infinite.
/// Integers have no point, and no exponent stands where the magnitude is 0 or
/// between 1e-7 and 1e21.
bool append_number(std::string& out, double value);

void append_number(std::string& out, int64_t value);

/// The longest text of a number, with room to spare.
constexpr size_t number_chars_max = 64;

/// The same into a buffer of at least `number_chars_max` bytes at `to`; where
/// the text ends, `to` itself for what is no number.
char* write_number(char* to, double value);
char* write_number(char* to, int64_t value);

} // namespace tributary
