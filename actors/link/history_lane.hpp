#pragma once

/// What a parent is owed and what of it is on its way, window by window, oldest
/// first. Pure.

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "schema/coverage.hpp"
#include "schema/definition.hpp"

namespace tributary {

/// A window to be read and sent.
struct owed_window {
  host_number host = 0;
  tick start = 0;
  /// The ticks of it that are owed now; later debts, also those of a tick that
  /// was owed before, are not paid by it.
  tick_set ticks;
  /// Tells this reading from others of the window.
  uint64_t reading = 0;
};

class history_lane {
public:
  /// Windows being read or unacknowledged at once: each is up to some MiB on
  /// both sides.
  static constexpr size_t windows_max = 4;

  /// @param step_s seconds of windows that may be on their way at once, at
  ///   least one window; 0: `windows_max` alone bounds them.
  void reset(size_t credit_bytes, uint32_t step_s = 0);

  void owe(host_number host, const tick_set& ticks);

  /// The host is not here any more: what it owes is nobody's.
  void forget(host_number host);

  /// The parent takes the host no longer, and answers none of its windows that
  /// are on their way: they stay owed and bound nothing.
  void cut_off(host_number host);

  /// The parent does not want what is before `since`: it is not owed.
  void drop_before(host_number host, tick since);

  /// The oldest owed window of a host in `open` that is not on its way, while
  /// credit lasts. It counts as on its way from now on.
  std::optional<owed_window>
  next(const std::map<host_number, host_definition>& open);

  /// Whether the reading is still to be sent.
  bool is_read(const owed_window& what) const;

  /// The window's groups were sent; `last_number` is that of its last group.
  void sent(const owed_window& what, uint64_t last_number, size_t bytes);

  /// There is nothing to send for it (any more). Returns what of it is paid by
  /// that: not what was owed anew since.
  tick_set nothing_to_send(const owed_window& what);

  /// It could not be read now: it stays owed.
  void failed(const owed_window& what);

  /// Windows that are durable above up to this number, with the ticks that are
  /// no longer owed.
  std::vector<owed_window> acknowledged(uint64_t number);

  /// Numbers of blocks are dense over the lane.
  uint64_t take_number() {
    return ++last_number_;
  }

  int64_t owed_count() const;

  uint64_t last_number() const noexcept {
    return last_number_;
  }

  uint64_t acked_number() const noexcept {
    return acked_number_;
  }

  /// Windows that are being read or are not acknowledged.
  size_t windows_count() const noexcept {
    return busy_.size();
  }

  size_t in_flight_bytes() const noexcept {
    return in_flight_bytes_;
  }

private:
  struct in_flight {
    owed_window window;
    uint64_t last_number;
    size_t bytes;
  };

  /// Whether another window of so many seconds may go.
  bool has_room(uint32_t window_s) const noexcept;

  /// Returns what was paid: less than the window carried where some of it was
  /// owed anew since.
  tick_set pay(const owed_window& what);

  std::map<host_number, tick_set> owed_;
  struct busy_window {
    /// What it will pay.
    tick_set ticks;
    uint64_t reading = 0;
  };
  // Windows on their way.
  std::map<std::pair<host_number, tick>, busy_window> busy_;
  uint64_t last_reading_ = 0;
  std::deque<in_flight> in_flight_;
  size_t in_flight_bytes_ = 0;
  size_t credit_bytes_ = 0;
  uint32_t step_s_ = 0;
  uint64_t last_number_ = 0;
  uint64_t acked_number_ = 0;
};

} // namespace tributary
