#pragma once

/// Answers that a page of another origin runs as a script (JSONP). What it
/// calls is a name and nothing else, so that nobody can make this node serve a
/// script of theirs. Pure.

#include <string>
#include <string_view>

namespace tributary {

/// Bytes of the name of a function.
constexpr size_t function_name_bytes_max = 128;

/// Whether `name` is an identifier of JavaScript in ASCII, or several with dots
/// between: `jQuery1_2`, `google.visualization.Query.setResponse`.
bool is_function_name(std::string_view name) noexcept;

/// A script that calls `function` with what `json` says.
/// @param function an `is_function_name`.
std::string script_of(std::string_view function, std::string_view json);

} // namespace tributary
