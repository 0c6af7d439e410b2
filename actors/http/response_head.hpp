#pragma once

/// Writes status line and header fields of an answer. Pure but for the clock
/// behind the `Date` field, which the caller reads.

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "actors/http/exchange.hpp"

namespace tributary {

/// What becomes of the connection after the answer.
enum class connection_fate : uint8_t {
  /// Stays open, as is usual in HTTP/1.1.
  keep,
  /// Stays open, and a client of HTTP/1.0 must be told so.
  keep_old,
  close,
};

struct response_context {
  connection_fate fate = connection_fate::close;
  /// Path of the request; decides whether other origins may read the answer.
  std::string_view path;
  std::time_t now = 0;
};

/// The head of a whole answer, blank line included. `Content-Length` is that of
/// the body, whether or not the body is sent.
std::string response_head(const http_response& response,
                          const response_context& context);

/// The head of a Server-Sent Events stream, blank line included.
std::string stream_head(const response_context& context);

} // namespace tributary
