#include "tools/swarm/latency_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace tributary::load {

namespace {

constexpr double first_ms = 0.01;
constexpr double growth = 1.02;

} // namespace

void latency_histogram::add(double ms) noexcept {
  auto place = ms <= first_ms
                   ? 0.0
                   : std::ceil(std::log(ms / first_ms) / std::log(growth));
  ++counts_[static_cast<size_t>(std::min(place, double{buckets - 1}))];
  ++count_;
}

double latency_histogram::quantile(double share) const noexcept {
  if (count_ == 0)
    return 0;
  auto wanted = share * static_cast<double>(count_);
  uint64_t below = 0;
  size_t i = 0;
  for (; i < buckets - 1; ++i) {
    below += counts_[i];
    if (below > 0 && static_cast<double>(below) >= wanted)
      break;
  }
  return first_ms * std::pow(growth, static_cast<double>(i));
}

} // namespace tributary::load
