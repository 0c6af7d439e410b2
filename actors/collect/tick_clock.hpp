#pragma once

/// Decides which ticks are sampled. Pure: told the wall time, it says which
/// tick is due, never the same twice, without drift, and it survives clock
/// steps in both directions.

#include <optional>

#include "schema/types.hpp"

namespace tributary {

/// What a wake-up found.
struct tick_decision {
  /// The tick to sample now; none while a small backward step is waited out.
  std::optional<tick> due;
  /// Ticks that passed unsampled since the last one: gaps.
  int64_t missed = 0;
  /// The clock went back further than is waited for: a new epoch must begin
  /// before the next sample.
  bool new_epoch = false;
};

class tick_clock {
public:
  /// @param newest ticks up to here were sealed by an earlier life.
  explicit tick_clock(tick newest = 0) : last_(newest) {
    // nop
  }

  /// To be called when `delay_ms` has passed.
  tick_decision wake(unix_ms now);

  /// Milliseconds from `now` to the start of the next second; at least 1.
  static int64_t delay_ms(unix_ms now) noexcept;

  /// A backward step up to here is slewed: no tick is sampled until the clock
  /// has caught up (NTP corrections are far below).
  static constexpr int64_t slewed_seconds_max = 10;

private:
  tick last_;
  bool started_ = false;
};

} // namespace tributary
