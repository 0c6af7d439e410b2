#include "actors/collect/tick_clock.hpp"

#include <algorithm>

namespace tributary {

tick_decision tick_clock::wake(unix_ms now) {
  tick_decision result;
  // A timer may fire a little before the second it was set for.
  constexpr unix_ms early_ms = 5;
  auto current = (now + early_ms) / 1000;
  if (current <= last_ - slewed_seconds_max) {
    result.new_epoch = true;
    started_ = true;
    last_ = current;
    result.due = current;
    return result;
  }
  if (current <= last_)
    return result;
  // What passed before this life began was not missed by it.
  result.missed = started_ ? current - last_ - 1 : 0;
  started_ = true;
  last_ = current;
  result.due = current;
  return result;
}

int64_t tick_clock::delay_ms(unix_ms now) noexcept {
  auto into = now % 1000;
  return std::max<int64_t>(1, 1000 - (into < 0 ? into + 1000 : into));
}

} // namespace tributary
