#include "actors/collect/proc_stat.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

/// guest_nice, guest, steal, softirq, irq, user, system, nice, iowait, idle.
values_type row_of(source& what, const temporary_root& root,
                   const std::string& line) {
  root.write("/proc/stat", line + "\n");
  kernel_files files{root.path()};
  return values(sample(what, files), "system.cpu");
}

} // namespace

TEST_CASE("system.cpu is defined as Netdata users know it", "[collect]") {
  auto readings = sample_capture<proc_stat>("linux-6.18-vm");
  auto& x = *readings.front().chart;
  CHECK(x.id == "system.cpu");
  CHECK(x.context == "system.cpu");
  CHECK(x.family == "cpu");
  CHECK(x.units == "percentage");
  CHECK(x.type == chart_type::stacked);
  CHECK(x.priority == 100);
  CHECK(x.module == "proc.stat");
  CHECK(dimension_ids(x)
        == std::vector<std::string>{"guest_nice", "guest", "steal", "softirq",
                                    "irq", "user", "system", "nice", "iowait",
                                    "idle"});
  for (auto& dimension : x.dimensions) {
    CHECK(dimension.algorithm == algorithm::percentage_of_incremental_row);
    CHECK(dimension.hidden == (dimension.id == "idle"));
  }
}

TEST_CASE("a captured cpu line gives its counters", "[collect]") {
  CHECK(values(sample_capture<proc_stat>("linux-6.18-vm"), "system.cpu")
        == values_type{0, 0, 615, 103, 0, 9229, 3309, 0, 678, 308853});
}

TEST_CASE("guests are taken out of user and nice", "[collect]") {
  // cpu 1204576179 1326860291 ... guest 301143950 guest_nice 132685902
  CHECK(values(sample_capture<proc_stat>("linux-5.10-server"), "system.cpu")
        == values_type{132685902, 301143950, 1232807374, 1242869741, 1301814762,
                       903432229, 1292303479, 1194174389, 1317560016,
                       1288251882});
}

TEST_CASE("fields that an old kernel lacks are zero", "[collect]") {
  CHECK(values(sample_capture<proc_stat>("linux-2.4"), "system.cpu")
        == values_type{0, 0, 0, 0, 0, 1132, 1441, 34, 0, 11311718});
}

TEST_CASE("fields of a kernel to come are passed over", "[collect]") {
  temporary_root root;
  proc_stat what;
  CHECK(row_of(what, root, "cpu  10 2 3 4 5 6 7 8 1 1 99 later")
        == values_type{1, 1, 8, 7, 6, 9, 3, 1, 5, 4});
}

TEST_CASE("small steps back are held, resets are passed on", "[collect]") {
  temporary_root root;
  proc_stat what;
  auto row = [&](const std::string& line) {
    return row_of(what, root, line);
  };
  // user without guest wavers by one, and iowait falls by 30.
  CHECK(row("cpu 1000 0 0 900 500 0 0 0 400 0")
        == values_type{0, 400, 0, 0, 0, 600, 0, 0, 500, 900});
  CHECK(row("cpu 1000 0 0 900 470 0 0 0 401 0")
        == values_type{0, 401, 0, 0, 0, 600, 0, 0, 500, 900});
  CHECK(row("cpu 1002 0 0 901 501 0 0 0 401 0")
        == values_type{0, 401, 0, 0, 0, 601, 0, 0, 501, 901});
  CHECK(row("cpu 7 0 0 5 6 0 0 0 1 0")
        == values_type{0, 1, 0, 0, 0, 6, 0, 0, 6, 5});
}

TEST_CASE("more guest than user time is a gap of user", "[collect]") {
  temporary_root root;
  proc_stat what;
  CHECK(row_of(what, root, "cpu 10 0 3 4 0 0 0 0 11 0")
        == values_type{0, 11, 0, 0, 0, std::nullopt, 3, 0, 0, 4});
}

TEST_CASE("without a sound cpu line there is an error", "[collect]") {
  for (auto name : {"truncated", "hostile", "binary"}) {
    auto fault = fault_of_root<proc_stat>(capture(name));
    CHECK(code_of(fault) == ec::corrupt);
    CHECK(to_text(fault) == "corrupt: /proc/stat: no sound cpu line");
  }
  auto fault = fault_of_root<proc_stat>(capture("none"));
  CHECK(code_of(fault) == ec::file_unusable);
}

TEST_CASE("a source reads on after an error, with the same chart",
          "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_stat what;
  root.write("/proc/stat", "cpu 1 2 3 4\n");
  auto before = sample(what, files).front().chart;
  root.write("/proc/stat", "");
  readings_type readings;
  CHECK(code_of(what.sample(files, readings)) == ec::corrupt);
  root.write("/proc/stat", "cpu 2 3 4 5\n");
  CHECK(sample(what, files).front().chart == before);
}

TEST_CASE("each CPU has a chart like that of the machine", "[collect]") {
  auto readings = sample_capture<proc_stat>("linux-5.10-server");
  auto machine = chart_of(readings, "system.cpu");
  auto core = chart_of(readings, "cpu.cpu255");
  REQUIRE(core != nullptr);
  CHECK(core->context == "cpu.cpu");
  CHECK(core->family == "utilization");
  CHECK(core->priority == 1256);
  CHECK(core->units == machine->units);
  CHECK(dimension_ids(*core) == dimension_ids(*machine));
  // cpu255 8162892 8799568 ... guest 2040723 guest_nice 879956
  CHECK(values(readings, "cpu.cpu255")[5] == 8162892 - 2040723);
  CHECK(values(readings, "cpu.cpu255")[0] == 879956);
}

TEST_CASE("a CPU that is off line for a while has gaps and then its chart",
          "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_stat what;
  const std::string machine = "cpu 1 2 3 4\n";
  root.write("/proc/stat", machine + "cpu0 1 1 1 1\ncpu1 2 2 2 2\n");
  auto first = sample(what, files);
  root.write("/proc/stat", machine + "cpu0 1 1 1 1\n");
  CHECK(chart_of(sample(what, files), "cpu.cpu1") == nullptr);
  root.write("/proc/stat", machine + "cpu0 1 1 1 1\ncpu1 3 3 3 3\n");
  CHECK(chart_of(sample(what, files), "cpu.cpu1")
        == chart_of(first, "cpu.cpu1"));
}

TEST_CASE("CPUs beyond the bound, twice or without a number have no chart",
          "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_stat what;
  root.write("/proc/stat", "cpu 1 2 3 4\ncpu 9 9 9 9\ncpu256 1 1 1 1\n"
                           "cpu99999999999999999999 1 1 1 1\ncpux 1 1 1 1\n"
                           "cpu255 1 1 1 1\ncpu255 2 2 2 2\ncpu0 1 1\n");
  CHECK(chart_ids(sample(what, files))
        == std::vector<std::string>{"system.cpu", "cpu.cpu255"});
}

TEST_CASE("what the kernel counts beside CPU time is charted", "[collect]") {
  auto readings = sample_capture<proc_stat>("linux-5.10-server");
  CHECK(values(readings, "system.intr") == values_type{99});
  CHECK(values(readings, "system.ctxt") == values_type{5});
  CHECK(values(readings, "system.forks") == values_type{123456789});
  CHECK(values(readings, "system.processes") == values_type{17, 3});
  auto processes = chart_of(readings, "system.processes");
  CHECK(dimension_ids(*processes)
        == std::vector<std::string>{"running", "blocked"});
  CHECK(processes->dimensions[0].algorithm == algorithm::absolute);
  CHECK(processes->dimensions[1].multiplier == -1);
  auto forks = chart_of(readings, "system.forks");
  CHECK(forks->dimensions[0].id == "started");
  CHECK(forks->dimensions[0].algorithm == algorithm::incremental);
}
