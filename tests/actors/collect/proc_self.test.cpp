#include "actors/collect/proc_self.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

readings_type sample_process(const std::string& name) {
  proc_self what{nullptr};
  kernel_files files{capture(name)};
  return sample(what, files);
}

} // namespace

TEST_CASE("without figures there are the charts of the process", "[collect]") {
  auto readings = sample_process("linux-6.18-vm");
  REQUIRE(chart_ids(readings)
          == std::vector<std::string>{"tributary.cpu", "tributary.memory"});
  // USER_HZ is 100 on every Linux that we build for: a tick is 10 ms.
  auto& cpu = *readings[0].chart;
  CHECK(cpu.units == "milliseconds/s");
  CHECK(dimension_ids(cpu) == std::vector<std::string>{"user", "system"});
  for (auto& dimension : cpu.dimensions) {
    CHECK(dimension.algorithm == algorithm::incremental);
    CHECK(dimension.multiplier == 1000);
    CHECK(dimension.divisor == 100);
  }
  CHECK(values(readings, "tributary.cpu") == values_type{5, 1});
  CHECK(values(readings, "tributary.memory") == values_type{7840, 0});
}

TEST_CASE("a command with brackets and line feeds misleads nobody",
          "[collect]") {
  auto readings = sample_process("linux-5.10-server");
  CHECK(values(readings, "tributary.cpu") == values_type{8123, 977});
  CHECK(values(readings, "tributary.memory") == values_type{20480, 520});
}

TEST_CASE("an old kernel tells no RssAnon", "[collect]") {
  auto readings = sample_process("linux-2.4");
  REQUIRE(readings.size() == 1);
  CHECK(values(readings, "tributary.cpu") == values_type{120, 45});
}

TEST_CASE("a cut status loses what was cut", "[collect]") {
  auto readings = sample_process("truncated");
  REQUIRE(readings.size() == 1);
  CHECK(values(readings, "tributary.memory")
        == values_type{20480, std::nullopt});
}

TEST_CASE("the figures of the node have charts", "[collect]") {
  auto figures = std::make_shared<node_figures>();
  figures->samples_collected += 1000;
  figures->samples_received += 2000;
  figures->frames_sealed += 1;
  figures->frames_received += 2;
  figures->frames_sent += 3;
  figures->acked_frames += 4;
  figures->frames_refused += 5;
  figures->bytes_received += 5000;
  figures->bytes_sent += 6000;
  figures->links_up += 7;
  figures->links_down += 8;
  figures->hosts += 9;
  figures->commits += 10;
  figures->commit_us += 11000;
  figures->journal_bytes += 1 << 20;
  figures->missed_ticks += 12;
  figures->clock_steps += 13;
  proc_self what{figures};
  kernel_files files{capture("linux-6.18-vm")};
  auto readings = sample(what, files);
  CHECK(readings.size() == 13);
  CHECK(values(readings, "tributary.samples") == values_type{1000, 2000});
  CHECK(values(readings, "tributary.frames") == values_type{1, 2, 3, 4, 5});
  CHECK(values(readings, "tributary.traffic") == values_type{5000, 6000});
  CHECK(values(readings, "tributary.links") == values_type{7, 8});
  CHECK(values(readings, "tributary.hosts") == values_type{9});
  CHECK(values(readings, "tributary.commits") == values_type{10, 0});
  CHECK(values(readings, "tributary.commit_time") == values_type{11000});
  CHECK(values(readings, "tributary.store_size") == values_type{1048576, 0});
  CHECK(values(readings, "tributary.ticks") == values_type{12, 13, 0});
  figures->commits += 1;
  auto next = sample(what, files);
  CHECK(values(next, "tributary.commits") == values_type{11, 0});
  for (size_t i = 0; i < readings.size(); ++i)
    CHECK(next[i].chart == readings[i].chart);
}

TEST_CASE("missed ticks are told in a round that has an increment",
          "[collect]") {
  auto figures = std::make_shared<node_figures>();
  figures->missed_ticks += 3;
  proc_self what{figures};
  kernel_files files{capture("linux-6.18-vm")};
  auto told = [&] {
    return *values(sample(what, files), "tributary.ticks")[0];
  };
  CHECK(told() == 3);
  // The reading behind a gap is compared with nothing.
  figures->missed_ticks += 10;
  CHECK(told() == 3);
  figures->missed_ticks += 2;
  CHECK(told() == 3);
  CHECK(told() == 15);
  CHECK(told() == 15);
}

TEST_CASE("figures are shown even if /proc tells nothing", "[collect]") {
  proc_self what{std::make_shared<node_figures>()};
  for (auto name : {"hostile", "binary", "none"}) {
    kernel_files files{capture(name)};
    readings_type readings;
    auto fault = what.sample(files, readings);
    CHECK(code_of(fault)
          == (name == std::string{"none"} ? ec::file_unusable : ec::corrupt));
    CHECK(readings.size() == 11);
  }
}
