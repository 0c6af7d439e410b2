#include "actors/collect/proc_meminfo.hpp"

#include <limits>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("the memory charts are defined", "[collect]") {
  auto readings = sample_capture<proc_meminfo>("linux-6.18-vm");
  REQUIRE(chart_ids(readings)
          == std::vector<std::string>{"system.ram", "mem.available"});
  auto& ram = *readings[0].chart;
  CHECK(ram.units == "MiB");
  CHECK(ram.type == chart_type::stacked);
  CHECK(ram.priority == 200);
  CHECK(dimension_ids(ram)
        == std::vector<std::string>{"free", "used", "cached", "buffers"});
  for (auto& dimension : ram.dimensions) {
    CHECK(dimension.algorithm == algorithm::absolute);
    CHECK(dimension.multiplier == 1);
    CHECK(dimension.divisor == 1024);
  }
  CHECK(dimension_ids(*readings[1].chart)
        == std::vector<std::string>{"MemAvailable"});
}

TEST_CASE("captured memory adds up to the total", "[collect]") {
  auto vm = sample_capture<proc_meminfo>("linux-6.18-vm");
  // MemTotal 24684096, Cached 354584, SReclaimable 93380.
  CHECK(values(vm, "system.ram")
        == values_type{24022400, 211072, 447964, 2660});
  CHECK(24022400 + 211072 + 447964 + 2660 == 24684096);
  CHECK(values(vm, "mem.available") == values_type{24208288});
  auto server = sample_capture<proc_meminfo>("linux-5.10-server");
  CHECK(values(server, "system.ram")
        == values_type{1843212, 22798936, 40000000, 1200004});
  CHECK(values(server, "mem.available") == values_type{41209844});
}

TEST_CASE("an old kernel has no estimate and no SReclaimable", "[collect]") {
  auto readings = sample_capture<proc_meminfo>("linux-2.4");
  REQUIRE(readings.size() == 1);
  CHECK(values(readings, "system.ram")
        == values_type{31360, 115636, 96156, 14512});
}

TEST_CASE("a text cut before SReclaimable tells no cached memory",
          "[collect]") {
  auto readings = sample_capture<proc_meminfo>("truncated");
  CHECK(values(readings, "system.ram")
        == values_type{1843212, std::nullopt, std::nullopt, 1200004});
  CHECK(values(readings, "mem.available") == values_type{41209844});
}

TEST_CASE("figures that can't be are gaps", "[collect]") {
  auto readings = sample_capture<proc_meminfo>("hostile");
  REQUIRE(readings.size() == 1);
  CHECK(values(readings, "system.ram")
        == values_type{std::numeric_limits<int64_t>::max(), std::nullopt,
                       std::nullopt, 1});
  temporary_root root;
  proc_meminfo what;
  kernel_files files{root.path()};
  root.write("/proc/meminfo", "MemTotal: 100 kB\nMemFree: 60 kB\n"
                              "Buffers: 10 kB\nCached: 50 kB\n");
  // The parts exceed the whole.
  CHECK(values(sample(what, files), "system.ram")
        == values_type{60, std::nullopt, 50, 10});
  root.write("/proc/meminfo", "MemTotal: 100 kB\nMemFree: 60 kB\n"
                              "Buffers: 10 kB\nCached: 5 kB\n"
                              "SReclaimable: x kB\n");
  CHECK(values(sample(what, files), "system.ram")
        == values_type{60, std::nullopt, std::nullopt, 10});
}

TEST_CASE("without any memory figure there is an error", "[collect]") {
  CHECK(code_of(fault_of_root<proc_meminfo>(capture("binary"))) == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_meminfo>(capture("none")))
        == ec::file_unusable);
}
