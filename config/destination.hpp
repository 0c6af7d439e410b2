#pragma once

/// Where a node streams to: `[PROTOCOL:]HOST[%INTERFACE][:PORT][:SSL]` or
/// `unix:/path`, several separated by spaces. Pure text; who connects resolves
/// names.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace tributary {

enum class transport : uint8_t { tcp, unix_socket };

/// One parent's address.
struct destination {
  transport protocol = transport::tcp;
  /// Name, IPv4, or IPv6 without brackets; the absolute path of a unix socket.
  /// Never empty.
  std::string host;
  /// Network interface of a link-local IPv6 address; empty for all others.
  std::string interface;
  /// Number from 1 to 65535 or a service name; empty: `[stream] default port`.
  /// Always empty for a unix socket.
  std::string port;
  /// Whether `:SSL` asks for TLS. Never for a unix socket.
  bool tls = false;
};

bool operator==(const destination& x, const destination& y) noexcept;

/// A list for failover longer than this is a mistake; the line cap holds it.
inline constexpr size_t destinations_max = 32;

/// Reads one. Yields `ec::bad_configuration` with the words of the fault.
caf::expected<destination> parse_destination(std::string_view text);

/// Reads a list, order kept, empty for an empty text. Yields
/// `ec::bad_configuration` with the faults of all that are wrong.
caf::expected<std::vector<destination>>
parse_destinations(std::string_view text);

/// The shortest text that `parse_destination` reads as `x`.
std::string to_string(const destination& x);

} // namespace tributary
