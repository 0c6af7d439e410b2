#include "schema/chart.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace tributary;

TEST_CASE("algorithms have Netdata's names", "[schema]") {
  auto name = [](algorithm x) {
    return std::string{to_string(x)};
  };
  CHECK(name(algorithm::absolute) == "absolute");
  CHECK(name(algorithm::incremental) == "incremental");
  CHECK(name(algorithm::percentage_of_absolute_row)
        == "percentage-of-absolute-row");
  CHECK(name(algorithm::percentage_of_incremental_row)
        == "percentage-of-incremental-row");
}

TEST_CASE("chart types have Netdata's names", "[schema]") {
  CHECK(std::string{to_string(chart_type::line)} == "line");
  CHECK(std::string{to_string(chart_type::area)} == "area");
  CHECK(std::string{to_string(chart_type::stacked)} == "stacked");
}

TEST_CASE("the incremental algorithms are counters", "[schema]") {
  CHECK_FALSE(is_counter(algorithm::absolute));
  CHECK(is_counter(algorithm::incremental));
  CHECK_FALSE(is_counter(algorithm::percentage_of_absolute_row));
  CHECK(is_counter(algorithm::percentage_of_incremental_row));
}

TEST_CASE("a fresh dimension is a gauge as it was read", "[schema]") {
  dimension x;
  CHECK(x.algorithm == algorithm::absolute);
  CHECK(x.multiplier == 1);
  CHECK(x.divisor == 1);
  CHECK_FALSE(x.hidden);
  CHECK(chart{}.step == 1);
}
