#pragma once

/// Entity tags: names of what an answer holds, so that a client need not be
/// sent what it has. Pure.

#include <string>
#include <string_view>

namespace tributary {

/// The tag of these bytes, quotes included.
std::string entity_tag_of(std::string_view bytes);

/// Weak comparison with an `If-None-Match` field (RFC 9110, 13.1.2).
bool has_tag(std::string_view if_none_match, std::string_view tag);

} // namespace tributary
