#pragma once

/// The web port: a thread with one loop that accepts connections and turns
/// their requests into exchanges. Knows nothing of what is asked for, and of
/// who answers. The node's http actor owns it.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "actors/http/exchange.hpp"
#include "actors/http/limits.hpp"

namespace tributary {

struct http_options {
  /// Numeric addresses, `localhost`, or `*` for every interface.
  std::vector<std::string> addresses{"127.0.0.1"};
  /// 0 lets the system choose one port for all addresses.
  uint16_t port = 19999;
  /// Told to clients that speak the link protocol to this port.
  uint16_t link_port = 19998;
  http_limits limits;
};

/// Called on the loop's thread for every request. Must not block nor throw; it
/// moves the exchange to where it is answered.
using exchange_handler = std::function<void(std::shared_ptr<exchange>)>;

class http_server {
public:
  http_server();

  /// Stops.
  ~http_server();

  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  /// Listens on all addresses and returns the port. Yields
  /// `ec::bad_configuration` for an address that is none and
  /// `ec::disconnected`, naming the address, for one that can't be listened
  /// on; nothing is left open then. Not to be called while it runs.
  caf::expected<uint16_t> start(http_options options, exchange_handler handler);

  /// Stops accepting, closes idle connections, ends streams, waits for the
  /// answers that are due, at most `limits.drain`, and closes the rest.
  /// Exchanges that are still about may be answered, in vain. Blocks; not to be
  /// called by a handler. Does nothing when it does not run.
  void stop();

  /// Connections that are open now; from any thread.
  size_t connections_count() const noexcept;

private:
  class state;
  std::unique_ptr<state> state_;
};

} // namespace tributary
