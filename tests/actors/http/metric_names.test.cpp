#include "actors/http/metric_names.hpp"

#include <limits>

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

chart chart_of(std::vector<dimension> dimensions) {
  chart result;
  result.dimensions = std::move(dimensions);
  return result;
}

dimension scaled(int64_t multiplier, int64_t divisor,
                 algorithm how = algorithm::incremental) {
  dimension result;
  result.algorithm = how;
  result.multiplier = multiplier;
  result.divisor = divisor;
  return result;
}

} // namespace

TEST_CASE("names hold letters, digits and underscores", "[http]") {
  std::string name = "p_";
  append_name(name, "disk.io \"\n\xc3\xa4{}9");
  CHECK(name == "p_disk_io_______9");
}

TEST_CASE("units become base units", "[http]") {
  struct {
    const char* units;
    const char* name;
    double factor;
  } rows[] = {
      {"KiB/s", "bytes_per_second", 1024},
      {"MiB", "bytes", 1 << 20},
      {"kilobits/s", "bytes_per_second", 125},
      {"milliseconds/s", "seconds_per_second", 1e-3},
      {"microseconds", "seconds", 1e-6},
      {"percentage", "percentage", 1},
      {"%", "percentage", 1},
      {"Context Switches/s", "context_switches_per_second", 1},
      {"/s", "per_second", 1},
      {"", "", 1},
      {"\"}\n", "", 1},
      {"__a__", "a", 1},
  };
  for (auto& row : rows) {
    INFO(row.units);
    auto x = base_unit_of(row.units);
    CHECK(x.name == row.name);
    CHECK(x.factor == row.factor);
  }
}

TEST_CASE("dimensions of one kind and size are homogeneous", "[http]") {
  CHECK(is_homogeneous(chart_of({scaled(1, 8)})));
  CHECK(is_homogeneous(chart_of({scaled(1, 8), scaled(-1, 8)})));
  CHECK_FALSE(is_homogeneous(chart_of({scaled(1, 8), scaled(2, 8)})));
  CHECK_FALSE(is_homogeneous(chart_of({scaled(1, 8), scaled(1, 9)})));
  CHECK_FALSE(is_homogeneous(
      chart_of({scaled(1, 8), scaled(1, 8, algorithm::absolute)})));
  auto lowest = std::numeric_limits<int64_t>::min();
  CHECK(is_homogeneous(chart_of({scaled(lowest, 1), scaled(lowest, 1)})));
}

TEST_CASE("a gauge is not named like a counter", "[http]") {
  for (auto bad : {"a_total", "a_sum", "a_count", "a_bucket", "a_info"}) {
    std::string name = bad;
    avoid_reserved_ending(name);
    CHECK(name == std::string{bad} + "_value");
  }
  std::string fine = "a_totals";
  avoid_reserved_ending(fine);
  CHECK(fine == "a_totals");
}
