#pragma once

/// Small parts of both versions of frame payloads.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tributary {

/// Small numbers of either sign become small ones.
constexpr uint64_t zigzag(uint64_t x) noexcept {
  return x << 1 ^ (uint64_t{0} - (x >> 63));
}

/// Turns it back.
constexpr uint64_t unzigzag(uint64_t x) noexcept {
  return x >> 1 ^ (uint64_t{0} - (x & 1));
}

/// Words of a bitmap of so many columns.
constexpr size_t words_for(size_t columns) noexcept {
  return (columns + 63) / 64;
}

/// The bits of a bitmap's last word that are columns.
constexpr uint64_t tail_mask(size_t columns) noexcept {
  return columns % 64 == 0 ? ~uint64_t{0} : (uint64_t{1} << (columns % 64)) - 1;
}

/// Whether any bit is set.
inline bool has_bits(const std::vector<uint64_t>& words) noexcept {
  for (auto word : words)
    if (word != 0)
      return true;
  return false;
}

} // namespace tributary
