#pragma once

/// Host and chart names come from strangers and from old kernels; what leaves
/// as JSON must be UTF-8 all the same, and what is logged or shown in a
/// terminal must steer neither. Pure.

#include <string>
#include <string_view>

namespace tributary {

/// Whether `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no
/// surrogates, nothing beyond U+10FFFF).
bool is_utf8(std::string_view text) noexcept;

/// `text` with U+FFFD in place of every byte that does not belong to a
/// well-formed sequence.
std::string to_utf8(std::string_view text);

/// `to_utf8`, and `?` in place of what steers terminals and logs: control
/// characters (C0, DEL, C1) and those that turn the direction of writing.
std::string to_plain_text(std::string_view text);

} // namespace tributary
