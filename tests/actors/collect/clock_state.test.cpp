#include "actors/collect/clock_state.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("a clock in step is told with its offset", "[collect]") {
  kernel_files files;
  clock_state what{[] {
    return std::optional{clock_facts{true, false, -250}};
  }};
  auto readings = sample(what, files);
  CHECK(values(readings, "system.clock_sync_state") == values_type{1});
  CHECK(values(readings, "system.clock_status") == values_type{0, 0});
  CHECK(values(readings, "system.clock_sync_offset") == values_type{-250});
  auto offset = chart_of(readings, "system.clock_sync_offset");
  CHECK(offset->units == "milliseconds");
  CHECK(offset->dimensions[0].divisor == 1'000'000);
}

TEST_CASE("a clock that nobody keeps and that fails is told", "[collect]") {
  kernel_files files;
  clock_state what{[] {
    return std::optional{clock_facts{false, true, 0}};
  }};
  auto readings = sample(what, files);
  CHECK(values(readings, "system.clock_sync_state") == values_type{0});
  CHECK(values(readings, "system.clock_status") == values_type{1, 1});
}

TEST_CASE("a kernel that does not tell of its clock is an error", "[collect]") {
  kernel_files files;
  clock_state what{[] {
    return std::optional<clock_facts>{};
  }};
  readings_type readings;
  CHECK(code_of(what.sample(files, readings)) == ec::denied);
  CHECK(readings.empty());
}
