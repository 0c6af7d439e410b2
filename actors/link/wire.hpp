#pragma once

/// What passes between a wire (the broker that stands for the other side) and
/// the session or uplink that uses it, and what links tell about themselves.

#include <cstdint>
#include <string>
#include <vector>

#include "config/destination.hpp"
#include "schema/types.hpp"

namespace tributary {

/// Whole message bodies that came in one read, in order.
struct wire_batch {
  std::vector<std::string> bodies;
  /// Bytes that the reader answers with `consumed`.
  uint64_t bytes = 0;
  /// The connection is gone; nothing follows.
  bool closed = false;
  /// Why, for people; empty when the peer closed it.
  std::string reason;
};

/// Where a connector shall connect to.
struct link_target {
  tributary::destination destination;
  uint16_t default_port = 0;
  int64_t timeout_ms = 0;
};

/// A link as status pages show it.
struct link_status {
  /// Address, and the node's name once it is known.
  std::string peer;
  guid node;
  bool up = false;
  /// For example `connecting`, `open`, `denied`, `waiting 7 s after: timeout`.
  std::string state;
  uint64_t frames = 0;
  uint64_t bytes = 0;
  /// Ticks that are owed upwards.
  int64_t owed_ticks = 0;
};

/// Bytes that a wire reads ahead of its user; beyond, the peer is stopped by
/// TCP. Twice the credit that a parent grants for both lanes.
constexpr size_t wire_read_ahead_bytes_max = 16u << 20;

} // namespace tributary
