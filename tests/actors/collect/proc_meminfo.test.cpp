#include "actors/collect/proc_meminfo.hpp"

#include <limits>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("the memory charts are defined", "[collect]") {
  auto readings = sample_capture<proc_meminfo>("linux-6.18-vm");
  REQUIRE(chart_ids(readings)
          == std::vector<std::string>{"system.ram", "mem.available",
                                      "mem.committed", "mem.writeback",
                                      "mem.kernel", "mem.slab"});
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
  CHECK(chart_of(readings, "mem.available") == nullptr);
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
  CHECK(chart_of(readings, "mem.available") == nullptr);
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

TEST_CASE("swap and what the kernel keeps are charted", "[collect]") {
  auto readings = sample_capture<proc_meminfo>("linux-5.10-server");
  CHECK(values(readings, "system.swap") == values_type{8000000, 388604});
  CHECK(values(readings, "mem.committed") == values_type{50000000});
  CHECK(values(readings, "mem.writeback") == values_type{1024, 0, 0, 0, 0});
  CHECK(values(readings, "mem.kernel")
        == values_type{3600000, 65536, 131072, 400000, 200000});
  CHECK(values(readings, "mem.slab") == values_type{3000000, 600000});
  CHECK(values(readings, "mem.hwcorrupt") == values_type{4});
  CHECK(values(readings, "mem.transparent_hugepages")
        == values_type{2048000, 0});
}

TEST_CASE("huge pages add up to all there are", "[collect]") {
  auto readings = sample_capture<proc_meminfo>("linux-5.10-server");
  // 1024 of 2048 KiB: 512 free, of which 128 are promised.
  CHECK(values(readings, "mem.hugepages")
        == values_type{384 * 2048, 512 * 2048, 0, 128 * 2048});
}

TEST_CASE("a machine without swap and huge pages has no charts of them",
          "[collect]") {
  auto readings = sample_capture<proc_meminfo>("linux-6.18-vm");
  for (auto id : {"system.swap", "mem.hugepages", "mem.hwcorrupt"})
    CHECK(chart_of(readings, id) == nullptr);
}
