#pragma once

/// Values of dimensions that are IEEE doubles, as the integers that columns
/// hold. The order of the integers is that of the doubles, and neighbours are
/// neighbours: what finds least and most, takes differences and packs them
/// needs to know of no second kind of value. Every bit comes back, those of NaN
/// too.

#include <cstdint>
#include <cstring>

#include "schema/chart.hpp"

namespace tributary {

/// The stored integer of a double: its bits, those below the sign inverted
/// where it is negative.
inline int64_t ordered_bits(double x) noexcept {
  int64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits ^ static_cast<int64_t>(static_cast<uint64_t>(bits >> 63) >> 1);
}

/// The double of a stored integer.
inline double real_of(int64_t stored) noexcept {
  auto bits
      = stored ^ static_cast<int64_t>(static_cast<uint64_t>(stored >> 63) >> 1);
  double result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

/// A stored value as a number, before it is scaled.
inline double number_of(algorithm how, int64_t stored) noexcept {
  return how == algorithm::real ? real_of(stored) : static_cast<double>(stored);
}

/// Whether stored values of one are no values of the other, as only one of both
/// is real.
inline bool needs_conversion(const dimension& x, const dimension& y) noexcept {
  return (x.algorithm == algorithm::real) != (y.algorithm == algorithm::real);
}

/// The stored value of `to` that says what one of `from` did; the nearest one
/// where it has none that is equal, 0 of a NaN where `to` is not real.
int64_t converted(int64_t stored, const dimension& from, const dimension& to);

} // namespace tributary
