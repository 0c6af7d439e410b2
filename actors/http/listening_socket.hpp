#pragma once

/// Opens the sockets that the server accepts from.

#include <cstdint>
#include <string>

#include <caf/expected.hpp>

namespace tributary {

enum class ip_version : uint8_t { v4, v6 };

/// A socket that listens; whoever has it closes `descriptor`.
struct listening_socket {
  int descriptor = -1;
  ip_version version = ip_version::v4;
  /// The one that was asked for, or the one that the system chose.
  uint16_t port = 0;
};

/// Listens on a numeric address, on `localhost` (127.0.0.1) or on `*`, which
/// means every interface, IPv6 included where the kernel has it. Port 0 lets
/// the system choose. Yields `ec::bad_configuration` for what is no address and
/// `ec::disconnected`, naming the address, when the system refuses.
caf::expected<listening_socket> open_listening_socket(const std::string& where,
                                                      uint16_t port);

} // namespace tributary
