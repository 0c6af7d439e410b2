#pragma once

/// Between the parameters of `/api/v1/data` and the reader, and back. Pure.

#include "actors/http/api_query.hpp"
#include "actors/http/exchange.hpp"

namespace tributary {

/// What the reader is asked. @param host unused where the request names nodes.
query_request_ptr to_query(const data_request& from, const guid& host);

/// The answer as its request wants it shown.
http_response data_response(const data_request& what, const query_answer& from);

} // namespace tributary
