#include "schema/real.hpp"

#include <cmath>
#include <limits>

namespace tributary {

int64_t converted(int64_t stored, const dimension& from, const dimension& to) {
  auto x = number_of(from.algorithm, stored)
           * static_cast<double>(from.multiplier)
           / static_cast<double>(from.divisor) * static_cast<double>(to.divisor)
           / static_cast<double>(to.multiplier);
  if (to.algorithm == algorithm::real)
    return ordered_bits(x);
  constexpr auto bound = 9223372036854775808.0; // 2^63, which is no int64
  if (std::isnan(x))
    return 0;
  if (x >= bound)
    return std::numeric_limits<int64_t>::max();
  return x < -bound ? std::numeric_limits<int64_t>::min()
                    : static_cast<int64_t>(std::round(x));
}

} // namespace tributary
