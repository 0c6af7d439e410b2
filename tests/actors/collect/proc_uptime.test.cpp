#include "actors/collect/proc_uptime.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("the uptime is milliseconds shown as seconds", "[collect]") {
  auto readings = sample_capture<proc_uptime>("linux-6.18-vm");
  REQUIRE(readings.size() == 1);
  auto& x = *readings.front().chart;
  CHECK(x.id == "system.uptime");
  CHECK(x.units == "seconds");
  REQUIRE(dimension_ids(x) == std::vector<std::string>{"uptime"});
  CHECK(x.dimensions[0].algorithm == algorithm::absolute);
  CHECK(x.dimensions[0].divisor == 1000);
  CHECK(values(readings, "system.uptime") == values_type{1615300});
  CHECK(
      values(sample_capture<proc_uptime>("linux-5.10-server"), "system.uptime")
      == values_type{31536000990});
}

TEST_CASE("a damaged uptime is an error", "[collect]") {
  for (auto name : {"truncated", "hostile", "binary"})
    CHECK(code_of(fault_of_root<proc_uptime>(capture(name))) == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_uptime>(capture("none")))
        == ec::file_unusable);
}
