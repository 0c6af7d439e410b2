#pragma once

/// Sockets of links: connecting with a time-out, listening, and the peer's
/// address. Blocking calls; the callers are detached or at start.

#include <cstdint>
#include <string>

#include <caf/expected.hpp>

#include "actors/link/wire.hpp"

namespace tributary {

/// A connected, non-blocking socket; tries every address that the name resolves
/// to, each for its part of the time that is left. Yields `ec::disconnected` or
/// `ec::timed_out` with the address and the system's words. The caller owns the
/// descriptor.
caf::expected<int> connect_to(const link_target& target);

/// A listening, non-blocking socket on a numeric address, `localhost` or `*`
/// (IPv6 with IPv4). Port 0 lets the kernel choose. Yields `ec::disconnected`
/// with the address. The caller owns the descriptor.
caf::expected<int> listen_on(const std::string& address, uint16_t port);

/// The port that a listening socket has.
uint16_t port_of(int socket);

/// Numeric address of the peer without the port, `unix` for a unix socket.
std::string peer_address(int socket);

} // namespace tributary
