#pragma once

/// What passes between a wire (the broker that stands for the other side) and
/// the session or uplink that uses it.

#include <cstdint>
#include <string>
#include <vector>

#include "config/destination.hpp"

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

/// A wire that nobody has started by then closes: whoever it was made for ended
/// before it came. Far above what a message within the process takes, and
/// short, since CAF keeps a timer's actor in memory until it fires: some 4 KB
/// of each stranger who knocks.
constexpr int64_t wire_start_ms_max = 5'000;

/// Bytes that a wire reads ahead of its user; beyond, the peer is stopped by
/// TCP. Twice the credit that a parent grants for both lanes.
constexpr size_t wire_read_ahead_bytes_max = 16u << 20;

} // namespace tributary
