#pragma once

/// The time that retention goes by. A wall clock that jumps ahead, by a fault
/// or an early start without a network, shall not cost what a node has: no
/// earlier than a day later what is too old by it goes. Knows no clock itself.

#include <cstdint>
#include <optional>
#include <vector>

#include "schema/coverage.hpp"

namespace tributary {

class retention_clock {
public:
  /// What is more than this much later than expected is a jump, seconds: more
  /// than clocks are slewed by, and what retention may be late.
  static constexpr int64_t jump_seconds = 3600;

  /// How long a jump is not believed, seconds of the steady clock: time for
  /// people or for NTP to put it right.
  static constexpr int64_t hold_seconds = 86'400;

  /// @param newest what the node has last, unix seconds; 0: nothing.
  explicit retention_clock(int64_t newest = 0) : last_(newest) {
    // nop
  }

  /// The time to go by when the wall clock shows `wall` and the steady clock
  /// `steady`, both in seconds.
  int64_t at(int64_t wall, int64_t steady);

  /// Whether the last answer was not the wall clock's.
  bool is_held() const noexcept {
    return held_since_.has_value();
  }

private:
  int64_t last_;
  std::optional<int64_t> last_steady_;
  std::optional<int64_t> held_since_;
};

/// The newest tick that a clock can be held against at a start: what comes
/// after a gap of more than a jump counts only once it is as long as a jump is
/// held, since it may be of a clock that was ahead. 0 without any ticks.
tick believable_newest(std::vector<tick_range> covered);

} // namespace tributary
