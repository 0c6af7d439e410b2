#pragma once

/// Host and chart names come from strangers and from old kernels; what leaves
/// as JSON must be UTF-8 all the same. Pure.

#include <string>
#include <string_view>

namespace tributary {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing beyond U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// `text` with U+FFFD in place of every byte that does not belong to a
/// well-formed sequence.
std::string to_utf8(std::string_view text);

} // namespace tributary
