#pragma once

/// Delays counted in buckets that grow by 2 %: as exact as anybody needs, and
/// the same few KB after a second and after a week.

#include <array>
#include <cstddef>
#include <cstdint>

namespace tributary::load {

class latency_histogram {
public:
  /// Counts one; below 10 us and above an hour it is at the end of the scale.
  void add(double ms) noexcept;

  /// The delay that `share` (0 to 1) of all stay below, at most 2 % above it;
  /// 0 when there are none.
  double quantile(double share) const noexcept;

  uint64_t count() const noexcept {
    return count_;
  }

  void clear() noexcept {
    *this = latency_histogram{};
  }

private:
  static constexpr size_t buckets = 1024;

  std::array<uint64_t, buckets> counts_{};
  uint64_t count_ = 0;
};

} // namespace tributary::load
