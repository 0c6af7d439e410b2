#pragma once

/// Turns the bytes of a connection into one request, or into the reason why it
/// is refused. Knows no socket and no clock. Wraps Boost.Beast's parser, which
/// only request_parser.cpp sees; adds the checks that it leaves out.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "actors/http/exchange.hpp"
#include "actors/http/limits.hpp"
#include "schema/error.hpp"

namespace tributary {

/// Why a request is answered without a handler. The connection closes after
/// it: what follows in its bytes can't be told from the refused request.
struct http_refusal {
  int status = 400;
  ec code = ec::bad_request;
  std::string message;
};

/// Reads one request. Make a new one for the next.
class request_parser {
public:
  explicit request_parser(const http_limits& limits);
  ~request_parser();

  request_parser(const request_parser&) = delete;
  request_parser& operator=(const request_parser&) = delete;

  enum class verdict : uint8_t { need_more, complete, refused };

  struct outcome {
    tributary::request_parser::verdict verdict = verdict::need_more;
    /// Bytes from the front of what was fed that are done with; the rest is to
    /// be fed again, with more behind it.
    size_t consumed = 0;
  };

  /// Takes the next bytes. Not to be called after another verdict than
  /// `need_more`.
  outcome feed(std::string_view bytes);

  /// Whether no byte of a request has been fed.
  bool untouched() const noexcept;

  /// Whether the head is whole and only the body is awaited.
  bool head_done() const noexcept;

  /// Whether the method is known to be HEAD, which is answered without a body.
  bool is_head() const noexcept;

  /// Whether the client speaks HTTP/1.0 and must be told of keep-alive.
  bool is_old() const noexcept;

  /// Whether the client lets the connection stay open; after `complete`.
  bool keep_alive() const noexcept;

  /// The request without its peer address; once, after `complete`.
  http_request take_request();

  /// After `refused`.
  const http_refusal& refusal() const noexcept;

private:
  class beast_parser;
  std::unique_ptr<beast_parser> parser_;
};

} // namespace tributary
