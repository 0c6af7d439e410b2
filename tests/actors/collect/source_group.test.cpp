#include "actors/collect/source_group.hpp"

#include "actors/collect/proc_loadavg.hpp"
#include "actors/collect/proc_sys.hpp"
#include "actors/collect/proc_uptime.hpp"
#include "actors/collect/proc_vmstat.hpp"
#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

source_group make_group() {
  std::vector<source_ptr> members;
  members.push_back(std::make_unique<proc_loadavg>());
  members.push_back(std::make_unique<proc_vmstat>());
  members.push_back(std::make_unique<proc_uptime>());
  return {"group", std::move(members)};
}

} // namespace

TEST_CASE("a group reads with all its members", "[collect]") {
  auto group = make_group();
  kernel_files files{capture("linux-6.18-vm")};
  auto readings = sample(group, files);
  CHECK(readings.front().chart->id == "system.load");
  CHECK(readings.back().chart->id == "system.uptime");
  CHECK(group.name() == "group");
}

TEST_CASE("a member that fails stops no other", "[collect]") {
  auto group = make_group();
  kernel_files files{capture("linux-2.4")};
  readings_type readings;
  auto fault = group.sample(files, readings);
  CHECK(code_of(fault) == ec::file_unusable);
  CHECK(to_text(fault).find("/proc/vmstat") != std::string::npos);
  CHECK(readings.size() == 3);
}

TEST_CASE("of several faults the first is told and the others counted",
          "[collect]") {
  auto group = make_group();
  kernel_files files{capture("binary")};
  readings_type readings;
  auto fault = group.sample(files, readings);
  CHECK(to_text(fault)
        == "corrupt: /proc/loadavg: does not start with three loads (and 2 "
           "more)");
}
