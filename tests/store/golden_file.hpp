#pragma once

/// Bytes of a released version, kept as text.

#include <string>
#include <string_view>

namespace tributary::examples {

std::string to_hex(std::string_view bytes);

/// Bytes of a golden file. With TRIBUTARY_GOLDEN_WRITE=1 in the environment one
/// that is missing is made of `today`; none that exists is ever changed.
std::string golden(const std::string& name, std::string_view today);

} // namespace tributary::examples
