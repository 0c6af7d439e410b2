#pragma once

/// Pieces of JSON that are written by hand, where a writer object for every
/// value would cost more than the value. Pure.

#include <string>
#include <string_view>

namespace tributary {

/// Appends `text` as a JSON string; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Appends a number as JSON, `null` where it is NaN or infinite.
void append_json_number(std::string& out, double value);

} // namespace tributary
