#include "actors/collect/core_counters.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

/// The value of one dimension.
std::optional<int64_t> value(const readings_type& readings,
                             std::string_view chart_id,
                             std::string_view dimension_id) {
  for (auto& x : readings)
    for (size_t i = 0; i < x.values.size(); ++i)
      if (x.chart->id == chart_id && x.chart->dimensions[i].id == dimension_id)
        return x.values[i];
  return std::nullopt;
}

} // namespace

TEST_CASE("interrupts have the name of their driver", "[collect]") {
  auto readings = sample_capture<proc_interrupts>("linux-6.18-vm");
  auto chart = chart_of(readings, "system.interrupts");
  REQUIRE(chart != nullptr);
  CHECK(chart->units == "interrupts/s");
  CHECK(chart->type == chart_type::stacked);
  CHECK(chart->priority == 1000);
  auto& first = chart->dimensions.front();
  CHECK(first.id == "24");
  CHECK(first.name == "Ged_24");
  CHECK(first.algorithm == algorithm::incremental);
  auto& last = chart->dimensions.back();
  CHECK(last.name == last.id);
  auto core = chart_of(readings, "cpu.cpu1_interrupts");
  REQUIRE(core != nullptr);
  CHECK(core->context == "cpu.interrupts");
  CHECK(core->family == "interrupts");
  CHECK(core->priority == 1101);
}

TEST_CASE("a total is that of all CPUs, a chart is one CPU's", "[collect]") {
  auto readings = sample_capture<proc_interrupts>("linux-5.10-server");
  // RES counts i on CPU i.
  CHECK(value(readings, "system.interrupts", "RES") == 255 * 256 / 2);
  CHECK(value(readings, "cpu.cpu63_interrupts", "RES") == 63);
  CHECK(chart_of(readings, "cpu.cpu64_interrupts") == nullptr);
  CHECK(value(readings, "system.interrupts", "121") == 1001);
  CHECK(value(readings, "cpu.cpu32_interrupts", "121") == 1001);
  CHECK(value(readings, "cpu.cpu33_interrupts", "121") == std::nullopt);
  // Nothing ever came from there.
  CHECK(value(readings, "system.interrupts", "9") == std::nullopt);
  CHECK(value(readings, "system.interrupts", "ERR") == std::nullopt);
}

TEST_CASE("soft interrupts are charted likewise", "[collect]") {
  auto readings = sample_capture<proc_softirqs>("linux-5.10-server");
  auto chart = chart_of(readings, "system.softirqs");
  REQUIRE(chart != nullptr);
  CHECK(chart->units == "softirqs/s");
  CHECK(chart->priority == 950);
  CHECK(value(readings, "cpu.cpu5_softirqs", "NET_TX") == 10);
  CHECK(chart_of(readings, "cpu.cpu5_softirqs")->context == "cpu.softirqs");
  // TIMER counts i % 97.
  int64_t sum = 0;
  for (int i = 0; i < 256; ++i)
    sum += i % 97;
  CHECK(value(readings, "system.softirqs", "TIMER") == sum);
}

TEST_CASE("a wrap of one CPU's 32 bits is no reset of the total", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_softirqs what;
  root.write("/proc/softirqs", "CPU0 CPU1\nRCU: 4294967290 4000000000\n");
  CHECK(value(sample(what, files), "system.softirqs", "RCU") == 8294967290);
  root.write("/proc/softirqs", "CPU0 CPU1\nRCU: 4 4000000001\n");
  auto readings = sample(what, files);
  CHECK(value(readings, "system.softirqs", "RCU") == 8294967301);
  CHECK(value(readings, "cpu.cpu0_softirqs", "RCU") == 4294967300);
}

TEST_CASE("a CPU that goes off line takes nothing from the total",
          "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_softirqs what;
  root.write("/proc/softirqs", "CPU0 CPU1 CPU2\nRCU: 10 20 30\n");
  sample(what, files);
  root.write("/proc/softirqs", "CPU0 CPU2\nRCU: 11 33\n");
  auto readings = sample(what, files);
  CHECK(value(readings, "system.softirqs", "RCU") == 64);
  CHECK(value(readings, "cpu.cpu2_softirqs", "RCU") == 33);
  CHECK(chart_of(readings, "cpu.cpu1_softirqs") == nullptr);
  root.write("/proc/softirqs", "CPU0 CPU1 CPU2 CPU3\nRCU: 11 25 33 7\n");
  readings = sample(what, files);
  CHECK(value(readings, "system.softirqs", "RCU") == 76);
  CHECK(value(readings, "cpu.cpu1_softirqs", "RCU") == 25);
  CHECK(value(readings, "cpu.cpu3_softirqs", "RCU") == 7);
}

TEST_CASE("an old machine with one CPU is read", "[collect]") {
  auto readings = sample_capture<proc_interrupts>("linux-2.4");
  CHECK(
      chart_ids(readings)
      == std::vector<std::string>{"system.interrupts", "cpu.cpu0_interrupts"});
  CHECK(value(readings, "system.interrupts", "14") == 33333);
  CHECK(readings[0].chart->dimensions[2].name == "ide0_14");
}

TEST_CASE("a table that was cut off gives the lines before", "[collect]") {
  auto readings = sample_capture<proc_interrupts>("truncated");
  CHECK(value(readings, "system.interrupts", "0") == 42);
  CHECK(value(readings, "system.interrupts", "LOC") == std::nullopt);
}

TEST_CASE("hostile lines are skipped or made safe", "[collect]") {
  auto readings = sample_capture<proc_interrupts>("hostile");
  auto chart = chart_of(readings, "system.interrupts");
  REQUIRE(chart != nullptr);
  // `24` has one number and no description, `25` two and digits behind.
  auto ids = dimension_ids(*chart);
  CHECK(ids
        == std::vector<std::string>{"24", "25", "-1", std::string(64, 'n'),
                                    "a_b"});
  CHECK(chart->dimensions[1].name == "4_25");
  CHECK(chart->dimensions[2].name == "-1");
  // `a/b` came first.
  CHECK(value(readings, "system.interrupts", "a_b") == 2);
}

TEST_CASE("more lines than a chart may have are bounded", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_interrupts what;
  std::string text = "CPU0\n";
  for (size_t i = 0; i < core_counters::line_count_max + 500; ++i)
    text += std::to_string(i) + ": 1 x\n";
  root.write("/proc/interrupts", text);
  for (int i = 0; i < 3; ++i) {
    auto readings = sample(what, files);
    REQUIRE(readings.size() == 2);
    for (auto& x : readings)
      CHECK(x.values.size() == chart_dimensions_max);
  }
}

TEST_CASE("without a line of CPUs or a sound line there is an error",
          "[collect]") {
  CHECK(code_of(fault_of_root<proc_softirqs>(capture("hostile")))
        == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_interrupts>(capture("binary")))
        == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_interrupts>(capture("none")))
        == ec::file_unusable);
  temporary_root root;
  for (auto text : {"CPU0 CPU1\n", "CPU0\nx 1\n", "\nRCU: 1\n",
                    "CPU4096\nRCU: 1\n", "CPU0 CPU1 CPU2\nRCU: 1 2\n"}) {
    root.write("/proc/softirqs", text);
    CHECK(code_of(fault_of_root<proc_softirqs>(root.path())) == ec::corrupt);
  }
}
