#include "actors/storage/retention_clock.hpp"

#include <algorithm>

namespace tributary {

int64_t retention_clock::at(int64_t wall, int64_t steady) {
  auto expected = last_ + steady - last_steady_.value_or(steady);
  auto jumped = last_ != 0 && wall > expected + jump_seconds;
  if (jumped && !held_since_)
    held_since_ = steady;
  if (!jumped || steady - *held_since_ >= hold_seconds) {
    held_since_.reset();
    expected = wall;
  }
  last_ = expected;
  last_steady_ = steady;
  return expected;
}

tick believable_newest(std::vector<tick_range> covered) {
  std::sort(covered.begin(), covered.end(),
            [](auto& x, auto& y) { return x.from < y.from; });
  std::vector<tick_range> stretches;
  for (auto& x : covered)
    if (!stretches.empty()
        && x.from <= stretches.back().to + retention_clock::jump_seconds)
      stretches.back().to = std::max(stretches.back().to, x.to);
    else
      stretches.push_back(x);
  while (stretches.size() > 1
         && stretches.back().to - stretches.back().from
                < retention_clock::hold_seconds)
    stretches.pop_back();
  return stretches.empty() ? 0 : stretches.back().to;
}

} // namespace tributary
