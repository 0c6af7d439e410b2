#include "actors/link/handshake_gate.hpp"

#include <algorithm>

namespace tributary {

namespace {

/// One that the system has interrupted for long does not tell much.
constexpr int64_t cost_us_max = 20'000;

} // namespace

std::optional<int64_t> handshake_gate::take_turn(int64_t now_us) {
  // An idle thread owes handshakes no more than a burst.
  free_at_us_ = std::max(free_at_us_, now_us - burst_us * share);
  auto wait_us = std::max<int64_t>(0, free_at_us_ - now_us);
  if (wait_us > wait_us_max)
    return std::nullopt;
  free_at_us_ += expected_us_ * share;
  return wait_us;
}

void handshake_gate::spent(int64_t now_us, int64_t cost_us) {
  cost_us = std::clamp<int64_t>(cost_us, 1, cost_us_max);
  free_at_us_ += (cost_us - expected_us_) * share;
  free_at_us_ = std::max(free_at_us_, now_us - burst_us * share);
  constexpr int64_t memory = 8;
  expected_us_ += (cost_us - expected_us_) / memory;
  expected_us_ = std::max<int64_t>(expected_us_, 1);
}

void handshake_gate::spent_more(int64_t cost_us) {
  free_at_us_ += std::clamp<int64_t>(cost_us, 0, cost_us_max) * share;
}

} // namespace tributary
