/// Nodes that keep no history: what they acknowledge is above, and nothing that
/// is acknowledged is lost with them.

#include <catch2/catch.hpp>

#include "actors/collect/self_figures.hpp"
#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

sim_plan passing(std::vector<std::string> parents) {
  sim_plan result;
  result.parents = std::move(parents);
  result.mode = db_mode::none;
  return result;
}

/// What `node` acknowledged of the host and `above` has not.
sim_findings check_above(sim_cluster& cluster, const std::string& node,
                         const std::string& above, const std::string& host) {
  sim_findings result;
  auto table = cluster.values(above, host);
  auto promises = *cluster.network().promises_of(node);
  for (auto& run : promises[cluster.id_of(host)].runs())
    for (auto t = run.from; t <= run.to; ++t)
      if (table.count(t) == 0)
        result.push_back(above + " lacks " + std::to_string(t) + " of " + host
                         + ", which " + node + " acknowledged");
  return result;
}

void kill_and_start(sim_cluster& cluster, const std::string& name, bool silent,
                    int64_t away_ms) {
  cluster.crash(name, silent);
  cluster.step(away_ms);
  cluster.erase_store(name);
  cluster.start(name);
}

/// Crashes of a relay and troubles of its parent at random.
void check_seed(uint64_t seed) {
  INFO("TRIBUTARY_SEED=" << seed);
  sim_cluster cluster{seed};
  add_chain(cluster, passing({"top"}));
  cluster.step_seconds(40);
  for (int i = 0; i < 8; ++i) {
    cluster.step(static_cast<int64_t>(cluster.random(60'000)));
    switch (cluster.random(3)) {
    case 0:
      cluster.hold_disk("top"); // it takes frames and acknowledges none
      cluster.step_seconds(20);
      break;
    case 1:
      cluster.network().cut("relay", "top");
      break;
    default:
      cluster.crash("top");
      cluster.step(static_cast<int64_t>(cluster.random(90'000)));
      cluster.start("top");
    }
    CHECK(joined(check_above(cluster, "relay", "top", "leaf")) == "");
    cluster.release_disks();
    kill_and_start(cluster, "relay", cluster.random(2) == 0,
                   static_cast<int64_t>(cluster.random(30'000)));
  }
  cluster.step_seconds(90);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "leaf", "top", "leaf")) == "");
  CHECK(cluster.values("top", "leaf").size()
        == cluster.origin_of("leaf").reads.size());
  CHECK(joined(check_values(cluster, "top", "relay")) == "");
  CHECK(joined(cluster.faults) == "");
}

} // namespace

TEST_CASE("a relay without a history acknowledges what is above", "[sim]") {
  for (auto seed : seeds_from(61, 10))
    check_seed(seed);
}

TEST_CASE("a collector without a history waits for its parent", "[sim]") {
  sim_cluster cluster{62};
  cluster.add_node("top");
  cluster.add_node("leaf", passing({"top"}));
  cluster.step_seconds(40);
  for (auto seconds : {10, 100, 400}) {
    cluster.crash("top");
    cluster.step_seconds(seconds);
    cluster.start("top");
    cluster.step_seconds(70);
  }
  cluster.settle();
  CHECK(cluster.values("top", "leaf").size()
        == cluster.origin_of("leaf").reads.size());
  CHECK(joined(check_values(cluster, "top", "leaf")) == "");
  CHECK(cluster.figures_of("leaf").dropped_ticks == 0);
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a parent that lost its store gets again what children have",
          "[sim]") {
  sim_cluster cluster{63};
  add_chain(cluster, passing({"top"}));
  cluster.step_seconds(100);
  kill_and_start(cluster, "top", false, 1000);
  cluster.step_seconds(100);
  cluster.settle();
  CHECK(cluster.values("top", "leaf").size()
        == cluster.origin_of("leaf").reads.size());
  CHECK(joined(check_equal(cluster, "leaf", "top", "leaf")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a host that is offline is passed on as well", "[sim]") {
  sim_cluster cluster{66};
  cluster.add_node("top");
  cluster.add_node("relay", passing({"top"}));
  cluster.add_node("site", {{"relay"}});
  cluster.add_node("leaf", {{"site"}});
  cluster.step_seconds(40);
  cluster.crash("relay", false);
  cluster.erase_store("relay");
  cluster.step_seconds(30);
  cluster.crash("leaf");
  cluster.step_seconds(5);
  cluster.crash("site");
  cluster.start("relay");
  cluster.step_seconds(10); // its link to the parent is open by then
  cluster.start("site");
  cluster.step_seconds(70);
  CHECK(joined(check_equal(cluster, "site", "top", "leaf")) == "");
  CHECK(cluster.values("site", "leaf").size() > 60);
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("what the parent refuses is not acknowledged below", "[sim]") {
  sim_cluster cluster{65};
  add_chain(cluster, passing({"top"}));
  cluster.step_seconds(100);
  cluster.reload("top", [&](node_options& options) {
    machine_section refused;
    refused.machine = cluster.id_of("leaf");
    refused.enabled = false;
    options.receiver.machines.push_back(refused);
  });
  cluster.step_seconds(100);
  CHECK(cluster.logged("takes no more"));
  CHECK(joined(check_above(cluster, "relay", "top", "leaf")) == "");
  cluster.reload(
      "top", [&](node_options& options) { options.receiver.machines.clear(); });
  cluster.step_seconds(100);
  CHECK(cluster.logged("takes it now"));
  cluster.settle();
  CHECK(cluster.values("top", "leaf").size()
        == cluster.origin_of("leaf").reads.size());
  CHECK(joined(check_equal(cluster, "leaf", "top", "leaf")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("beyond its buffer a collector drops the oldest", "[sim]") {
  sim_cluster cluster{64};
  cluster.add_node("top");
  auto plan = passing({"top"});
  plan.wide_gauges = 2'000; // some 1 MB a window
  plan.buffer_mib = 4;
  cluster.add_node("leaf", plan);
  cluster.step_seconds(30);
  cluster.freeze(true); // what the top has is acknowledged
  cluster.step_seconds(5);
  cluster.freeze(false);
  cluster.crash("top");
  auto& figures = cluster.figures_of("leaf");
  int64_t bytes_max = 0;
  for (int i = 0; i < 60; ++i) {
    cluster.step_seconds(10);
    bytes_max = std::max<int64_t>(bytes_max, figures.journal_bytes.load()
                                                 + figures.tier0_bytes.load());
  }
  CHECK(cluster.logged("buffer size"));
  auto dropped = figures.dropped_ticks.load();
  INFO("dropped " << dropped << " ticks, at most " << bytes_max << " bytes");
  CHECK(dropped > 60);
  CHECK(bytes_max > 4 << 20);
  CHECK(bytes_max < 7 << 20); // two windows beyond
  cluster.start("top");
  cluster.step_seconds(70);
  cluster.settle();
  auto reads = cluster.origin_of("leaf").reads.size();
  auto have = cluster.values("top", "leaf").size();
  CHECK(have + static_cast<size_t>(dropped) == reads);
  CHECK(figures.journal_bytes.load() + figures.tier0_bytes.load() < 2 << 20);
  CHECK(joined(cluster.faults) == "");
}
