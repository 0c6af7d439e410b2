#pragma once

/// Many children in one thread, over one epoll.

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "actors/link/wire.hpp"
#include "tools/swarm/swarm_child.hpp"

namespace tributary::load {

struct swarm_options {
  link_target parent;
  std::string api_key;
  /// What the children offer to pack their live lane with.
  link_codec codec = link_codec::none;
  uint32_t children = 1;
  /// Of each child, with the synthetic pattern: a multiple of ten.
  uint32_t metrics = 1000;
  /// Rows that all children replay, each from another place; null: the
  /// synthetic pattern.
  std::shared_ptr<const row_set> rows;
  /// Number of the first child: what its GUID and name are made of.
  uint32_t first_index = 0;
  /// The same seed gives the same rows, cuts and charts.
  uint64_t seed = 1;
  /// How long a child keeps a link on average before it is cut; 0: for ever.
  double cut_every_s = 0;
  /// How long until a child has another chart, on average; 0: never.
  double chart_every_s = 0;
};

class swarm {
public:
  /// More descriptors than a process may have by default: `allow_sockets`.
  static constexpr uint32_t children_max = 10'000;

  explicit swarm(swarm_options options);
  swarm(const swarm&) = delete;
  swarm& operator=(const swarm&) = delete;
  ~swarm();

  /// Connects all children and waits until the parent has taken their hosts.
  /// Yields why the first that has no link lost it.
  caf::error connect_all(double limit_ms);

  /// Each child sends the ticks `[from, to)` as fast as its credit allows, or
  /// with at most `flight_bytes` in flight; ends when all are acknowledged or
  /// no child has a link. Seconds of wall time.
  double flood(tick from, tick to, size_t flight_bytes);

  /// How rows are sent in time.
  struct pace {
    double seconds = 0;
    /// Ticks a second of each child. Above 1 they begin in the past and reach
    /// the present at the end.
    double rate_hz = 1;
    /// Children one after the other over each second instead of at once.
    bool spread = false;
    /// Called about once a second; ends the pace when it is false.
    std::function<bool()> on_second;
  };

  /// Begins at the next full second but one, ends behind the last one.
  void live(const pace& how);

  /// Waits until all is acknowledged; false when that takes too long.
  bool drain(double limit_ms = 30'000);

  swarm_counts& counts() noexcept {
    return counts_;
  }

  /// Frames that were made and are not acknowledged.
  uint64_t unacknowledged() const;

  /// Children with a link over which the parent took their host.
  size_t accepted_count() const;

  /// Why the last link was lost.
  const std::string& last_reason() const noexcept {
    return last_reason_;
  }

  uint32_t metrics() const noexcept {
    return options_.metrics;
  }

  size_t size() const noexcept {
    return children_.size();
  }

  const guid& first_host() const noexcept {
    return children_.front().link->id();
  }

private:
  struct entry {
    std::unique_ptr<swarm_child> link;
    double connect_at_ms = 0;
    double cut_at_ms = 0;
    double chart_at_ms = 0;
  };

  /// Handles sockets once, waiting at most so long, and what is due.
  void poll_once(double timeout_ms);

  /// Handles sockets until then.
  void poll_until(double at_ms);

  /// Cuts, connects and grows whom it is time for.
  void churn(double now);
  void connect(entry& x, double now);
  double after(double now, double mean_s);

  swarm_options options_;
  int epoll_ = -1;
  std::mt19937_64 random_;
  swarm_counts counts_;
  std::vector<entry> children_;
  double churned_ms_ = 0;
  std::string last_reason_;
};

/// Lets this process have so many sockets, as far as it may.
void allow_sockets(uint32_t count);

} // namespace tributary::load
