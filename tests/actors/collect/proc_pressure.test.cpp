#include "actors/collect/proc_pressure.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("pressure is in thousandths of a per cent and in microseconds",
          "[collect]") {
  auto readings = sample_capture<proc_pressure>("linux-5.10-server");
  // That kernel has no line `full` of the processors.
  CHECK(chart_ids(readings)
        == std::vector<std::string>{
            "system.cpu_some_pressure", "system.cpu_some_pressure_stall_time",
            "system.memory_some_pressure",
            "system.memory_some_pressure_stall_time",
            "system.memory_full_pressure",
            "system.memory_full_pressure_stall_time", "system.io_some_pressure",
            "system.io_some_pressure_stall_time", "system.io_full_pressure",
            "system.io_full_pressure_stall_time"});
  CHECK(values(readings, "system.cpu_some_pressure")
        == values_type{1230, 500, 70});
  CHECK(values(readings, "system.io_full_pressure_stall_time")
        == values_type{900000000});
  auto some = chart_of(readings, "system.io_some_pressure");
  CHECK(some->units == "percentage");
  CHECK(some->family == "disk");
  CHECK(some->priority == 190);
  CHECK(dimension_ids(*some)
        == std::vector<std::string>{"some 10", "some 60", "some 300"});
  CHECK(some->dimensions[0].divisor == 1000);
  auto time = chart_of(readings, "system.io_some_pressure_stall_time");
  CHECK(time->units == "ms");
  CHECK(time->dimensions[0].algorithm == algorithm::incremental);
  CHECK(time->dimensions[0].divisor == 1000);
}

TEST_CASE("a kernel of today has all twelve charts", "[collect]") {
  CHECK(sample_capture<proc_pressure>("linux-6.18-vm").size() == 12);
}

TEST_CASE("a kernel without an account of pressure is no error", "[collect]") {
  CHECK(sample_capture<proc_pressure>("linux-2.4").empty());
}

TEST_CASE("cut and hostile pressure lines are gaps", "[collect]") {
  auto readings = sample_capture<proc_pressure>("truncated");
  CHECK(chart_of(readings, "system.cpu_some_pressure") == nullptr);
  CHECK(values(readings, "system.memory_some_pressure_stall_time")
        == values_type{10});
  readings = sample_capture<proc_pressure>("hostile");
  CHECK(chart_ids(readings)
        == std::vector<std::string>{"system.io_some_pressure"});
  CHECK(values(readings, "system.io_some_pressure")
        == values_type{1000, std::nullopt, std::nullopt});
}

TEST_CASE("pressure files without a figure are an error", "[collect]") {
  CHECK(code_of(fault_of_root<proc_pressure>(capture("binary")))
        == ec::corrupt);
}
