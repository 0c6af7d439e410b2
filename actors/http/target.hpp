#pragma once

/// Reads the request target of a request line (RFC 9112, 3.2). Pure. Decodes
/// percent signs exactly once; who routes a path does not decode again.

#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "actors/http/exchange.hpp"

namespace tributary {

struct request_target {
  /// As in `http_request`.
  std::string path;
  std::vector<http_parameter> parameters;
};

/// Reads `/path?query` or `http://authority/path?query`. Yields
/// `ec::bad_request` for another form, for a broken percent escape and for
/// control characters in the path.
caf::expected<request_target> parse_target(std::string_view raw);

/// `text` with everything but unreserved characters percent-encoded, so that
/// it can stand in one segment of a path or one value of a query.
std::string percent_encode(std::string_view text);

} // namespace tributary
