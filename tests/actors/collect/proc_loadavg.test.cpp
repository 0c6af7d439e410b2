#include "actors/collect/proc_loadavg.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("loads are thousandths", "[collect]") {
  auto readings = sample_capture<proc_loadavg>("linux-6.18-vm");
  REQUIRE(readings.size() == 2);
  auto& x = *readings.front().chart;
  CHECK(x.id == "system.load");
  CHECK(x.units == "load");
  CHECK(dimension_ids(x)
        == std::vector<std::string>{"load1", "load5", "load15"});
  for (auto& dimension : x.dimensions) {
    CHECK(dimension.algorithm == algorithm::absolute);
    CHECK(dimension.multiplier == 1);
    CHECK(dimension.divisor == 1000);
  }
  CHECK(values(readings, "system.load") == values_type{180, 140, 50});
  CHECK(values(sample_capture<proc_loadavg>("linux-5.10-server"), "system.load")
        == values_type{112070, 98500, 64990});
  CHECK(values(sample_capture<proc_loadavg>("linux-2.4"), "system.load")
        == values_type{200, 180, 120});
}

TEST_CASE("a damaged loadavg is an error", "[collect]") {
  for (auto name : {"truncated", "hostile", "binary"})
    CHECK(code_of(fault_of_root<proc_loadavg>(capture(name))) == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_loadavg>(capture("none")))
        == ec::file_unusable);
}

TEST_CASE("the processes that there are come with the loads", "[collect]") {
  auto readings = sample_capture<proc_loadavg>("linux-2.4");
  CHECK(values(readings, "system.active_processes") == values_type{80});
  temporary_root root;
  kernel_files files{root.path()};
  proc_loadavg what;
  for (auto tail : {"\n", " 1\n", " 1/\n", " 1/x 5\n", " 1/-2\n"}) {
    root.write("/proc/loadavg", std::string{"0.1 0.2 0.3"} + tail);
    CHECK(chart_ids(sample(what, files))
          == std::vector<std::string>{"system.load"});
  }
}
