#pragma once

/// Options that Netdata's files have and this program has not, with why, for
/// people who bring such a file along. Pure.

#include <string_view>

namespace tributary {

/// Why there is no such option in `stream.conf`, or what does it instead;
/// empty: Netdata has none of that name either, or this program has it.
std::string_view why_absent(std::string_view key) noexcept;

} // namespace tributary
