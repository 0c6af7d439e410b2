#pragma once

/// Many children in one thread: one poll loop over their sockets.

#include <memory>
#include <vector>

#include "tests/bench/swarm_child.hpp"

namespace tributary::bench {

class swarm {
public:
  /// Connects all children and waits until the parent has taken their hosts.
  swarm(uint32_t children, uint32_t metrics, uint16_t link_port);

  /// Each child sends the ticks `[from, to)` as fast as its credit allows, or
  /// with at most `flight_bytes` in flight; ends when all are acknowledged or
  /// lost. Seconds of wall time.
  double flood(tick from, tick to, size_t flight_bytes);

  /// Sends one frame of each child each second for `seconds` seconds: all at
  /// the full second, or spread evenly over it. Ends behind the last second.
  void live(unsigned seconds, bool spread);

  /// Waits until all is acknowledged; false when that takes too long.
  bool drain();

  swarm_counts& counts() noexcept {
    return counts_;
  }

  uint64_t unacknowledged() const;

  uint32_t metrics() const noexcept {
    return metrics_;
  }

  size_t size() const noexcept {
    return children_.size();
  }

  const guid& first_host() const noexcept {
    return children_.front()->id();
  }

private:
  /// Handles sockets once, waiting at most so long.
  void poll_once(int timeout_ms);

  /// Handles sockets until then.
  void poll_until(double at_ms);

  uint32_t metrics_;
  swarm_counts counts_;
  std::vector<std::unique_ptr<swarm_child>> children_;
};

} // namespace tributary::bench
