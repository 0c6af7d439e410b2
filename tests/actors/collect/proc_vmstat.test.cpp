#include "actors/collect/proc_vmstat.hpp"

#include <unistd.h>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("what memory management did is charted", "[collect]") {
  auto readings = sample_capture<proc_vmstat>("linux-5.10-server");
  CHECK(chart_ids(readings)
        == std::vector<std::string>{"system.pgpgio", "system.swapio",
                                    "mem.oom_kill", "mem.pgfaults",
                                    "mem.numa"});
  CHECK(values(readings, "system.pgpgio") == values_type{123456, 654321});
  CHECK(values(readings, "system.swapio") == values_type{10, 20});
  CHECK(values(readings, "mem.oom_kill") == values_type{2});
  CHECK(values(readings, "mem.pgfaults") == values_type{1000000, 1000});
  CHECK(values(readings, "mem.numa")
        == values_type{88888, 5, 77, 11, 6, 1, 4, 3, 2});
}

TEST_CASE("pages are shown in KiB", "[collect]") {
  auto readings = sample_capture<proc_vmstat>("linux-5.10-server");
  auto swap = chart_of(readings, "system.swapio");
  REQUIRE(swap != nullptr);
  CHECK(swap->units == "KiB/s");
  CHECK(swap->dimensions[0].multiplier == sysconf(_SC_PAGESIZE));
  CHECK(swap->dimensions[1].multiplier == -sysconf(_SC_PAGESIZE));
  CHECK(swap->dimensions[0].divisor == 1024);
  // The kernel has counted those in KiB itself.
  auto paging = chart_of(readings, "system.pgpgio");
  CHECK(paging->dimensions[0].multiplier == 1);
  CHECK(paging->dimensions[1].multiplier == -1);
}

TEST_CASE("a machine with one memory node and no swap has fewer charts",
          "[collect]") {
  auto readings = sample_capture<proc_vmstat>("linux-6.18-vm");
  CHECK(chart_ids(readings)
        == std::vector<std::string>{"system.pgpgio", "mem.oom_kill",
                                    "mem.pgfaults"});
}

TEST_CASE("hostile memory figures are gaps", "[collect]") {
  auto readings = sample_capture<proc_vmstat>("hostile");
  CHECK(values(readings, "system.pgpgio") == values_type{std::nullopt, 5});
  CHECK(chart_of(readings, "mem.pgfaults") == nullptr);
  CHECK(chart_of(readings, "mem.oom_kill") == nullptr);
}

TEST_CASE("a file without a known figure is an error", "[collect]") {
  CHECK(code_of(fault_of_root<proc_vmstat>(capture("binary"))) == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_vmstat>(capture("linux-2.4")))
        == ec::file_unusable);
}
