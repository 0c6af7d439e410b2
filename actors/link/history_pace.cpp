#include "actors/link/history_pace.hpp"

#include <algorithm>
#include <cmath>

namespace tributary {

namespace {

constexpr int64_t memory_s = 10;

/// Slower than a tick in so many seconds says nothing of the end.
constexpr double ticks_per_s_min = 0.01;

} // namespace

bool history_pace::second_passed(int64_t owed) noexcept {
  auto paid = paid_;
  paid_ = 0;
  if (owed == 0 && total_ == 0) {
    *this = history_pace{};
    return false;
  }
  ++seconds_;
  // The mean of what there is, before it fills the memory.
  auto weight = 1.0 / static_cast<double>(std::min(seconds_, memory_s));
  ticks_per_s_ += weight * (static_cast<double>(paid) - ticks_per_s_);
  return owed == 0;
}

int64_t history_pace::ticks_per_s() const noexcept {
  return std::llround(ticks_per_s_);
}

int64_t history_pace::left_ms(int64_t owed) const noexcept {
  if (owed == 0)
    return 0;
  if (ticks_per_s_ < ticks_per_s_min)
    return -1;
  return std::llround(1000.0 * static_cast<double>(owed) / ticks_per_s_);
}

} // namespace tributary
