#pragma once

/// One HTTP request and the duty to answer it. The server makes an exchange,
/// moves it to whoever knows the answer, and never sees it again: an exchange
/// that is dropped (a dead actor, a lost message) answers 503 by itself. Knows
/// no socket; what it writes goes to an `exchange_sink`.

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary {

/// The methods that reach a handler; the server refuses the others.
enum class http_method : uint8_t { get, head, options };

/// One `name=value` of a query string, decoded.
struct http_parameter {
  std::string name;
  /// Empty when the query has no `=` after the name.
  std::string value;
};

struct http_request {
  http_method method = http_method::get;
  /// Percent-decoded once, starts with `/`, without control characters. May
  /// hold `..` and text that is not UTF-8.
  std::string path;
  /// In the order of the query string; names may repeat.
  std::vector<http_parameter> parameters;
  /// Header fields that answers depend on; empty when the client sent none.
  std::string host;
  std::string if_none_match;
  std::string accept_encoding;
  std::string last_event_id;
  std::string authorization;
  /// Numeric address of the client, without a port.
  std::string peer_address;
};

struct http_response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  /// Further header fields, for example `ETag`. Framing, `Date`, the security
  /// fields and CORS are the server's and not to be given here.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The writing end of a Server-Sent Events connection. Every member may be
/// called from any thread. The last owner's release ends the stream.
class stream_sink {
public:
  virtual ~stream_sink() = default;

  /// Hands over one event, already in wire form. False when the stream has
  /// ended, or ends because too many events wait.
  virtual bool send(std::string event_text) = 0;

  virtual bool closed() const noexcept = 0;
};

/// The connection as an exchange sees it. Every member may be called from any
/// thread; together they are called at most once.
class exchange_sink {
public:
  virtual ~exchange_sink() = default;

  virtual void answer(http_response response) = 0;

  virtual std::shared_ptr<stream_sink> open_stream() = 0;
};

/// Handle of a Server-Sent Events stream; copies share it. Members may be
/// called from any thread. The stream ends when the last copy is gone, when
/// the client leaves, and when it does not read what it is sent.
class event_stream {
public:
  /// A stream that is closed.
  event_stream() = default;

  explicit event_stream(std::shared_ptr<stream_sink> sink);

  /// Queues one event. An empty `event` or `id` is left out; `data` may have
  /// several lines. False when the client is gone or has just been dropped
  /// because its queue was full; the caller lets go of the handle then.
  bool send(std::string_view event, std::string_view id, std::string_view data);

  /// Whether nothing that is sent arrives any more.
  bool closed() const noexcept;

private:
  std::shared_ptr<stream_sink> sink_;
};

/// The wire form of one event: its lines and the blank line that ends it.
std::string to_event_text(std::string_view event, std::string_view id,
                          std::string_view data);

/// See the head of this file. Movable between threads as a shared pointer;
/// the first of `respond` and `open_stream` counts, what follows is ignored.
class exchange {
public:
  exchange(http_request request, std::unique_ptr<exchange_sink> sink);

  exchange(const exchange&) = delete;
  exchange& operator=(const exchange&) = delete;

  /// Answers 503 unless somebody has answered.
  ~exchange();

  const http_request& request() const noexcept {
    return request_;
  }

  /// Answers the request, compressed where the client takes that: large bodies
  /// take the caller's time, not that of the web port's thread. Waits for
  /// nothing.
  void respond(http_response response);

  /// Answers 200 and turns the connection into a stream of events. Closed when
  /// the request was answered before.
  event_stream open_stream();

private:
  http_request request_;
  std::unique_ptr<exchange_sink> sink_;
  std::atomic<bool> answered_{false};
};

} // namespace tributary
