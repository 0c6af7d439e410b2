#include "schema/real.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/schema/random_seed.hpp"

using namespace tributary;

namespace {

uint64_t bits_of(double x) {
  uint64_t result;
  std::memcpy(&result, &x, sizeof result);
  return result;
}

dimension scaled(algorithm how, int64_t multiplier, int64_t divisor) {
  dimension result;
  result.id = "x";
  result.algorithm = how;
  result.multiplier = multiplier;
  result.divisor = divisor;
  return result;
}

} // namespace

TEST_CASE("every bit of a double comes back", "[schema]") {
  auto seed = random_seed("bits of doubles");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 random{seed};
  for (int i = 0; i < 100'000; ++i) {
    auto bits = random(); // NaNs with payloads among them
    double x;
    std::memcpy(&x, &bits, sizeof x);
    REQUIRE(bits_of(real_of(ordered_bits(x))) == bits);
    auto stored = static_cast<int64_t>(bits);
    REQUIRE(ordered_bits(real_of(stored)) == stored);
  }
}

TEST_CASE("stored reals are in the order of their values", "[schema]") {
  using limits = std::numeric_limits<double>;
  const std::vector<double> ascending{-limits::infinity(),
                                      -limits::max(),
                                      -1e300,
                                      -1,
                                      -limits::min(),
                                      -limits::denorm_min(),
                                      -0.0,
                                      0.0,
                                      limits::denorm_min(),
                                      1e-300,
                                      0.5,
                                      1,
                                      std::nextafter(1.0, 2.0),
                                      1e300,
                                      limits::infinity()};
  for (size_t i = 1; i < ascending.size(); ++i)
    CHECK(ordered_bits(ascending[i - 1]) < ordered_bits(ascending[i]));
  CHECK(ordered_bits(std::nextafter(1.0, 2.0)) == ordered_bits(1.0) + 1);
  CHECK(ordered_bits(0.0) == 0);
}

TEST_CASE("values go from one kind of dimension to the other", "[schema]") {
  auto hundredths = scaled(algorithm::absolute, 1, 100);
  auto real = scaled(algorithm::real, 1, 1);
  CHECK(real_of(converted(1234, hundredths, real)) == 12.34);
  CHECK(converted(ordered_bits(12.34), real, hundredths) == 1234);
  CHECK(converted(ordered_bits(-0.016), real, hundredths) == -2);
  CHECK(converted(ordered_bits(1e300), real, hundredths)
        == std::numeric_limits<int64_t>::max());
  CHECK(converted(ordered_bits(-1e300), real, hundredths)
        == std::numeric_limits<int64_t>::min());
  CHECK(converted(ordered_bits(std::nan("")), real, hundredths) == 0);
}
