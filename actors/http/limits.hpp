#pragma once

/// The bounds that keep a stranger from holding what is ours: memory, sockets
/// and time. Tests shorten them; operators do not see them.

#include <chrono>
#include <cstddef>

namespace tributary {

/// Every bound of the web port. The defaults are those of docs/http.md.
struct http_limits {
  /// Request line and header fields together; beyond it 431.
  size_t head_bytes = 16u << 10;
  /// A request's body, which is read and thrown away; beyond it 413.
  size_t body_bytes = 1u << 20;
  /// Open connections; at this number accepting pauses.
  size_t connections = 1000;
  /// Events that wait for one reader of a stream; one more drops it.
  size_t stream_events = 64;
  /// From accepting a connection, or from the first byte of a later request,
  /// to the end of the request's head.
  std::chrono::milliseconds head_deadline{10'000};
  /// A connection between two requests.
  std::chrono::milliseconds idle{60'000};
  /// From the end of a request to its answer; then it is answered 503.
  std::chrono::milliseconds answer{30'000};
  /// For a whole response, or a batch of events, to be taken. Also for a
  /// request's body to arrive.
  std::chrono::milliseconds write{30'000};
  /// Silence on a stream after which a comment line is sent.
  std::chrono::milliseconds silence{15'000};
  /// How long a refused client's bytes are read and thrown away after our last
  /// one, so that a reset does not overtake the answer.
  std::chrono::milliseconds linger{1'000};
  /// How long accepting pauses when the process is out of descriptors.
  std::chrono::milliseconds accept_pause{250};
  /// How long `http_server::stop` waits for requests in flight.
  std::chrono::milliseconds drain{5'000};
};

} // namespace tributary
