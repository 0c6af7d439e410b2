#pragma once

/// A kernel counter of 32 bits made one that only grows. Sums of such counters
/// (over processors) must be made of widened ones: a sum of which one part has
/// wrapped falls by 2^32 from any height, which nobody downstream can tell from
/// a reset.

#include <cstdint>

namespace tributary {

class narrow_counter {
public:
  /// Takes a reading, which is not negative, and yields how far the counter has
  /// moved; the reading itself when it is the first. One that fell and has not
  /// wrapped was reset: what it moved is unknown, so 0.
  int64_t step(int64_t reading) noexcept {
    auto before = last_;
    last_ = reading;
    if (before < 0)
      return reading;
    if (reading >= before)
      return reading - before;
    auto wrapped
        = before < range && before > range / 10 * 9 && reading < range / 10;
    return wrapped ? reading + range - before : 0;
  }

private:
  static constexpr int64_t range = int64_t{1} << 32;

  /// Negative before the first reading.
  int64_t last_ = -1;
};

} // namespace tributary
