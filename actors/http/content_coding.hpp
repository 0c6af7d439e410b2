#pragma once

/// Compresses answers for clients that take it. Pure but for zlib; done by
/// whoever answers, never on the web port's thread.

#include <string>
#include <string_view>

#include "actors/http/exchange.hpp"

namespace tributary {

/// Whether an `Accept-Encoding` field (several joined by commas) takes gzip and
/// does not prefer the plain body. A malformed weight counts as 0.
bool accepts_gzip(std::string_view accept_encoding) noexcept;

/// Shorter bodies gain nothing: they fit into one packet.
constexpr size_t gzip_bytes_min = 1024;

/// `bytes` in gzip's format. @param level 1 (fast) to 9 (small).
std::string gzip(std::string_view bytes, int level);

/// Whether bodies of this media type shrink.
bool is_compressible(std::string_view content_type) noexcept;

/// Compresses the body where that is wanted and pays, and says that the answer
/// varies. An answer with a `Content-Encoding` of its own stays as it is.
void encode(http_response& response, std::string_view accept_encoding);

} // namespace tributary
