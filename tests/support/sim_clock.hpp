#pragma once

/// The wall clock of one simulated node: simulated time and an offset that a
/// test may change at will, as an operator or NTP does.

#include <caf/scheduler/test_coordinator.hpp>

#include "actors/clock.hpp"

namespace tributary {

/// Where simulated time begins, unix milliseconds; not at a window's start.
constexpr unix_ms sim_begin_ms = unix_ms{1'700'000'000} * 1000;

/// Milliseconds that a simulation has run for.
inline int64_t sim_elapsed_ms(caf::scheduler::test_coordinator& scheduler) {
  using namespace std::chrono;
  return duration_cast<milliseconds>(scheduler.clock().now().time_since_epoch())
      .count();
}

class sim_clock final : public wall_clock {
public:
  explicit sim_clock(caf::scheduler::test_coordinator& scheduler)
      : scheduler_(scheduler) {
    // nop
  }

  unix_ms now_ms() const override {
    return sim_begin_ms + sim_elapsed_ms(scheduler_) + offset_ms;
  }

  int64_t offset_ms = 0;

private:
  caf::scheduler::test_coordinator& scheduler_;
};

} // namespace tributary
