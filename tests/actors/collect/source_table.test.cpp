#include "actors/collect/source_table.hpp"

#include <set>

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

TEST_CASE("the table makes each source by its name", "[collect]") {
  auto figures = std::make_shared<node_figures>();
  auto names = source_names();
  CHECK(names
        == std::vector<std::string_view>{"proc.stat",
                                         "proc.loadavg",
                                         "proc.meminfo",
                                         "proc.vmstat",
                                         "proc.pressure",
                                         "proc.interrupts",
                                         "proc.softirqs",
                                         "proc.diskstats",
                                         "mounts",
                                         "proc.net.dev",
                                         "proc.net.netstat",
                                         "proc.net.snmp6",
                                         "proc.net.sockstat",
                                         "proc.net.softnet_stat",
                                         "proc.net.stat.conntrack",
                                         "proc.sys",
                                         "ipc",
                                         "proc.uptime",
                                         "timex",
                                         "self"});
  for (auto name : names) {
    auto made = make_source(name, figures);
    REQUIRE(made != nullptr);
    CHECK(made->name() == name);
  }
  for (auto& entry : source_table())
    CHECK(entry.enabled);
}

TEST_CASE("sources that can't wait share a collector", "[collect]") {
  auto all = make_sources(nullptr, [](auto) { return true; });
  std::vector<std::string_view> names;
  for (auto& x : all)
    names.push_back(x->name());
  CHECK(names
        == std::vector<std::string_view>{"kernel", "proc.diskstats", "mounts",
                                         "proc.net.dev"});
}

TEST_CASE("sources that are switched off are not made", "[collect]") {
  CHECK(make_sources(nullptr, [](auto) { return false; }).empty());
  auto one
      = make_sources(nullptr, [](auto name) { return name == "proc.uptime"; });
  REQUIRE(one.size() == 1);
  CHECK(one.front()->name() == "proc.uptime");
}

TEST_CASE("an unknown name makes nothing", "[collect]") {
  CHECK(make_source("proc.nothing", nullptr) == nullptr);
  CHECK(make_source("", nullptr) == nullptr);
}

TEST_CASE("all charts of a machine are sound and named once", "[collect]") {
  auto figures = std::make_shared<node_figures>();
  for (auto name : {"linux-6.18-vm", "linux-5.10-server", "linux-2.4"}) {
    std::set<std::string> ids;
    kernel_files files{capture(name)};
    for (auto& entry : source_table()) {
      auto made = entry.make(figures);
      readings_type readings;
      auto fault = made->sample(files, readings);
      INFO(entry.name << ": " << to_text(fault));
      // Old kernels have not all files.
      CHECK((!fault
             || (code_of(fault) == ec::file_unusable
                 && name == std::string_view{"linux-2.4"})));
      for (auto& x : readings) {
        INFO(x.chart->id);
        CHECK(ids.insert(x.chart->id).second);
        CHECK(x.chart->module == entry.name);
        CHECK(x.values.size() == x.chart->dimensions.size());
        CHECK(!x.chart->title.empty());
        CHECK(!x.chart->units.empty());
        CHECK(!x.chart->family.empty());
        CHECK(!x.chart->context.empty());
        std::set<std::string> dimensions;
        for (auto& dimension : x.chart->dimensions) {
          CHECK(dimensions.insert(dimension.id).second);
          CHECK(dimension.multiplier != 0);
          CHECK(dimension.divisor != 0);
        }
      }
    }
  }
}

TEST_CASE("this machine can be read", "[collect]") {
  auto figures = std::make_shared<node_figures>();
  kernel_files files;
  for (auto& entry : source_table()) {
    auto made = entry.make(figures);
    readings_type readings;
    auto fault = made->sample(files, readings);
    INFO(entry.name << ": " << to_text(fault));
    CHECK(!fault);
  }
}
