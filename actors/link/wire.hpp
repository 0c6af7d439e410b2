#pragma once

/// What passes between a wire (the broker that stands for the other side) and
/// the session or uplink that uses it.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/destination.hpp"

namespace tributary {

class tls_context;

/// What protects the connection of a wire.
struct wire_security {
  /// The library's name, for example `TLSv1.3`.
  std::string protocol;
  /// The peer showed a certificate that was checked; for who connected that
  /// includes the name.
  bool verified = false;
  /// A session of before went on; nobody signed anything.
  bool resumed = false;
  /// Subject of the peer's certificate, for people; empty: it showed none.
  std::string peer_subject;
  /// Common name and DNS names in it, if it was checked.
  std::vector<std::string> peer_names;
};

/// For lists: `TLSv1.3, not verified`.
std::string to_text(const wire_security& x);

/// Whole message bodies that came in one read, in order.
struct wire_batch {
  std::vector<std::string> bodies;
  /// Bytes that the reader answers with `consumed`.
  uint64_t bytes = 0;
  /// The connection is gone; nothing follows.
  bool closed = false;
  /// Why, for people; empty when the peer closed it.
  std::string reason;
  /// In the first one of a connection over TLS.
  std::shared_ptr<const wire_security> security;
};

/// Where a connector shall connect to.
struct link_target {
  tributary::destination destination;
  uint16_t default_port = 0;
  int64_t timeout_ms = 0;
  /// For a destination with TLS.
  std::shared_ptr<const tls_context> tls;
};

/// A wire that nobody has started by then closes: whoever it was made for ended
/// before it came. Far above what a message within the process takes, and
/// short, since CAF keeps a timer's actor in memory until it fires: some 4 KB
/// of each stranger who knocks.
constexpr int64_t wire_start_ms_max = 5'000;

/// Bytes that a wire reads ahead of its user; beyond, the peer is stopped by
/// TCP. Twice the credit that a parent grants for both lanes.
constexpr size_t wire_read_ahead_bytes_max = 16u << 20;

} // namespace tributary
