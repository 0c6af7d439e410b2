/// What a parent wants of the past of its children: all, a part, or nothing.

#include <catch2/catch.hpp>

#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

constexpr uint32_t window_s = 60;

/// `child` has collected for a while before `parent` is there.
void add_late_parent(sim_cluster& cluster, const replication_rules& rules) {
  sim_plan plan;
  plan.replication = rules;
  cluster.add_node("parent", plan);
  cluster.crash("parent");
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(600);
  cluster.start("parent");
}

/// The first tick that the node has of the host, and that it has all since.
tick first_of(sim_cluster& cluster, const std::string& node,
              const std::string& host) {
  auto there = cluster.values(node, host);
  REQUIRE_FALSE(there.empty());
  auto first = there.begin()->first;
  for (auto& kvp : cluster.values(host, host)) {
    if (kvp.first < first)
      continue;
    INFO("tick " << kvp.first);
    CHECK(there.count(kvp.first) == 1);
  }
  CHECK(joined(check_values(cluster, node, host)) == "");
  return first;
}

/// Nothing is written down as owed that nobody wants.
void stop_and_check(sim_cluster& cluster,
                    const std::vector<std::string>& leaves_first) {
  for (auto& name : leaves_first) {
    cluster.stop(name);
    CHECK(joined(check_debts(cluster, name)) == "");
  }
  CHECK(joined(cluster.faults) == "");
}

} // namespace

TEST_CASE("a parent gets the past that its period says", "[sim]") {
  sim_cluster cluster{81};
  add_late_parent(cluster, {true, 200, {}});
  cluster.step_seconds(60);
  cluster.settle(30);
  auto first = first_of(cluster, "parent", "child");
  auto oldest = cluster.values("child", "child").begin()->first;
  // It connects within 15 s; a window travels whole.
  CHECK(first - oldest > 600 - 200 - int64_t{window_s} - 5);
  CHECK(first - oldest < 600 - 200 + 20);
  CHECK(cluster.logged("parent has all that it was owed"));
  stop_and_check(cluster, {"child", "parent"});
}

TEST_CASE("a parent that replicates nothing has no hole by a short cut",
          "[sim]") {
  sim_cluster cluster{82};
  add_late_parent(cluster, {false, {}, {}});
  cluster.step_seconds(100);
  cluster.network().cut("child", "parent");
  cluster.step_seconds(60);
  cluster.settle(30);
  auto first = first_of(cluster, "parent", "child");
  auto oldest = cluster.values("child", "child").begin()->first;
  CHECK(first - oldest > 600 - 60 - int64_t{window_s} - 5);
  CHECK(first - oldest < 600 - 60 + 20);
  stop_and_check(cluster, {"child", "parent"});
}

TEST_CASE("a relay without a disk asks for no more than the node above it",
          "[sim]") {
  sim_cluster cluster{83};
  sim_plan top;
  top.replication = {true, 200, {}};
  cluster.add_node("top", top);
  cluster.crash("top");
  sim_plan relay{{"top"}};
  relay.mode = db_mode::none;
  cluster.add_node("relay", relay);
  cluster.crash("relay");
  cluster.add_node("leaf", {{"relay"}});
  cluster.step_seconds(600);
  cluster.start("top");
  cluster.start("relay");
  cluster.step_seconds(90);
  cluster.settle();
  auto first = first_of(cluster, "top", "leaf");
  auto oldest = cluster.values("leaf", "leaf").begin()->first;
  CHECK(first - oldest > 600 - 200 - int64_t{window_s} - 5);
  CHECK(first - oldest < 600 - 200 + 60);
  // What the node above does not want must not hold back what it wants.
  auto link = cluster.figures_of("leaf").links.list().at(0);
  CHECK(link.owed_ticks == 0);
  CHECK(link.lag_ticks() == 0);
  stop_and_check(cluster, {"leaf", "relay", "top"});
}

TEST_CASE("a step bounds the windows that are on their way", "[sim]") {
  for (auto step_s : {window_s, 3 * window_s}) {
    sim_cluster cluster{84};
    add_late_parent(cluster, {true, {}, step_s});
    uint64_t most = 0;
    for (int i = 0; i < 600; ++i) {
      cluster.step(100);
      auto link = cluster.figures_of("child").links.list().at(0);
      most = std::max(most, link.history.waiting_count);
    }
    CHECK(most == step_s / window_s);
    require_good(cluster);
  }
}
