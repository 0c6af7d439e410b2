#include "actors/collect/proc_net_softnet.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("packets are counted by CPU and in all", "[collect]") {
  auto readings = sample_capture<proc_net_softnet>("linux-5.10-server");
  auto machine = chart_of(readings, "system.softnet_stat");
  REQUIRE(machine != nullptr);
  CHECK(machine->units == "events/s");
  CHECK(dimension_ids(*machine)
        == std::vector<std::string>{"processed", "dropped", "squeezed",
                                    "received_rps", "flow_limit_count"});
  int64_t processed = 0xfffffff0;
  for (int i = 1; i < 256; ++i)
    processed += 1000 + i;
  CHECK(values(readings, "system.softnet_stat")
        == values_type{processed, 1, 128, 0, 0});
  CHECK(values(readings, "cpu.cpu5_softnet_stat")
        == values_type{1005, 1, 1, 0, 0});
  CHECK(chart_of(readings, "cpu.cpu63_softnet_stat") != nullptr);
  CHECK(chart_of(readings, "cpu.cpu64_softnet_stat") == nullptr);
}

TEST_CASE("a wrap of one CPU's packets is no reset of the total", "[collect]") {
  temporary_root root;
  kernel_files files{root.path()};
  proc_net_softnet what;
  const std::string tail = " 0 0 0 0 0 0 0 0 0\n";
  root.write("/proc/net/softnet_stat", "ffffffff" + tail + "00000001" + tail);
  CHECK(values(sample(what, files), "system.softnet_stat")[0] == 0x100000000);
  root.write("/proc/net/softnet_stat", "00000002" + tail + "00000001" + tail);
  CHECK(values(sample(what, files), "system.softnet_stat")[0] == 0x100000003);
}

TEST_CASE("cut and hostile softnet lines are skipped", "[collect]") {
  CHECK(sample_capture<proc_net_softnet>("truncated").size() == 2);
  auto readings = sample_capture<proc_net_softnet>("hostile");
  CHECK(values(readings, "system.softnet_stat") == values_type{10, 0, 0, 3, 0});
}

TEST_CASE("without a sound softnet line there is an error", "[collect]") {
  CHECK(code_of(fault_of_root<proc_net_softnet>(capture("binary")))
        == ec::corrupt);
  CHECK(code_of(fault_of_root<proc_net_softnet>(capture("none")))
        == ec::file_unusable);
}
