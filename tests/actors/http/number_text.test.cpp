#include "actors/http/number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

std::string text_of(double value) {
  std::string result;
  append_number(result, value);
  return result;
}

/// Digits that count, without sign, point and zeros at either end.
size_t digits_count(const std::string& text) {
  std::string digits;
  for (char c : text.substr(0, text.find('e')))
    if (c >= '0' && c <= '9')
      digits += c;
  auto begin = digits.find_first_not_of('0');
  auto end = digits.find_last_not_of('0');
  return begin == std::string::npos ? 0 : end - begin + 1;
}

} // namespace

TEST_CASE("numbers are written as people write them", "[http]") {
  CHECK(text_of(0) == "0");
  CHECK(text_of(-0.0) == "0");
  CHECK(text_of(100000) == "100000");
  CHECK(text_of(-5) == "-5");
  CHECK(text_of(0.5) == "0.5");
  CHECK(text_of(-0.001) == "-0.001");
  CHECK(text_of(12.345) == "12.345");
  CHECK(text_of(0.1) == "0.1");
  CHECK(text_of(33.333333) == "33.333333");
  CHECK(text_of(1.0 / 3) == "0.3333333333333333");
  CHECK(text_of(0.00001) == "0.00001");
  CHECK(text_of(1e15) == "1000000000000000");
  CHECK(text_of(1e20) == "100000000000000000000");
  CHECK(text_of(1e300) == "1e+300");
  CHECK(text_of(1e-12) == "1e-12");
}

TEST_CASE("what is no number is not written", "[http]") {
  std::string out = "x";
  CHECK_FALSE(append_number(out, std::nan("")));
  CHECK_FALSE(append_number(out, std::numeric_limits<double>::infinity()));
  CHECK_FALSE(append_number(out, -std::numeric_limits<double>::infinity()));
  CHECK(out == "x");
  append_number(out, std::numeric_limits<int64_t>::min());
  CHECK(out == "x-9223372036854775808");
}

TEST_CASE("every number reads back and has no digit too many", "[http]") {
  auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random{seed};
  for (int i = 0; i < 200'000; ++i) {
    double value = 0;
    auto bits = random();
    if (i % 2 == 0)
      std::memcpy(&value, &bits, sizeof(value));
    else
      value = static_cast<double>(static_cast<int64_t>(bits >> (bits % 60)))
              / (i % 4 == 1 ? 1000.0 : 1e6);
    if (!std::isfinite(value))
      continue;
    auto text = text_of(value);
    char shortest[64];
    auto end = std::to_chars(shortest, shortest + 64, value).ptr;
    // Large whole numbers are written in full.
    bool shorter = std::fabs(value) < 1e15
                   && digits_count(text) > digits_count({shortest, end});
    if (std::strtod(text.c_str(), nullptr) != value || shorter)
      FAIL(text << " for " << std::string(shortest, end));
  }
}
