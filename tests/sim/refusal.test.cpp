/// Who is not let in, what goes round, and clocks that lie.

#include <catch2/catch.hpp>

#include "tests/support/sim_checks.hpp"

using namespace tributary;

TEST_CASE("a child with a wrong key is refused and tries again", "[sim]") {
  sim_cluster cluster{31};
  cluster.add_node("parent");
  sim_plan plan{{"parent"}};
  plan.key = guid::from_words(2, 2);
  cluster.add_node("stranger", plan);
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(60);
  CHECK(cluster.logged("is refused"));
  CHECK(cluster.logged("the parent refuses this node: denied"));
  // An attempt may be on its way just now; it does not last.
  for (int i = 0;
       i < 20 && cluster.network().open_links("stranger", "parent") != 0; ++i)
    cluster.step(100);
  CHECK(cluster.network().open_links("stranger", "parent") == 0);
  CHECK(cluster.values("parent", "stranger").empty());
  // The child's, and one each 15 to 30 s.
  CHECK(cluster.network().connects() > 2);
  // The one beside it is not disturbed.
  CHECK(cluster.values("parent", "child").size() > 55);
}

TEST_CASE("two nodes that stream to each other end in no loop", "[sim]") {
  sim_cluster cluster{32};
  cluster.add_node("a", {{"b"}});
  cluster.add_node("b", {{"a"}});
  cluster.step_seconds(120);
  cluster.settle(40);
  for (auto host : {"a", "b"})
    CHECK(joined(check_equal(cluster, "a", "b", host)) == "");
  CHECK(joined(check_cluster(cluster)) == "");
  CHECK(joined(cluster.faults) == "");
  // Each frame crossed once: 120 of each, some parts, nothing that circles.
  CHECK(cluster.figures_of("a").frames_received.load() < 300);
}

TEST_CASE("a ring of three ends in no loop", "[sim]") {
  sim_cluster cluster{33};
  cluster.add_node("a", {{"b"}});
  cluster.add_node("b", {{"c"}});
  cluster.add_node("c", {{"a"}});
  cluster.step_seconds(120);
  cluster.settle(40);
  for (auto host : {"a", "b", "c"})
    for (auto node : {"a", "b", "c"})
      CHECK(joined(check_equal(cluster, host, node, host)) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a node that streams to itself is refused as a loop", "[sim]") {
  sim_cluster cluster{34};
  cluster.add_node("a", {{"a"}});
  cluster.step_seconds(60);
  CHECK(cluster.logged("the parent refuses this node: loop"));
  CHECK(cluster.values("a", "a").size() > 55);
}

TEST_CASE("a clock that steps forward leaves a gap and no epoch", "[sim]") {
  sim_cluster cluster{35};
  cluster.add_node("parent");
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(70);
  cluster.finish_slow_collectors();
  cluster.set_clock_offset("child", 300'000);
  cluster.step_seconds(70);
  auto table = cluster.values("parent", "child");
  CHECK(table.begin()->second.epoch == table.rbegin()->second.epoch);
  CHECK(table.rbegin()->first - table.begin()->first > 400);
  require_good(cluster);
}

TEST_CASE("a small step back is waited out", "[sim]") {
  sim_cluster cluster{36};
  cluster.add_node("parent");
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(70);
  cluster.finish_slow_collectors();
  cluster.set_clock_offset("child", -6'000);
  cluster.step_seconds(70);
  auto table = cluster.values("parent", "child");
  CHECK(table.begin()->second.epoch == table.rbegin()->second.epoch);
  for (auto& kvp : cluster.origin_of("child").reads)
    CHECK(kvp.second == 1);
  require_good(cluster);
}

TEST_CASE("after a large step back a new epoch holds", "[sim]") {
  sim_cluster cluster{37};
  cluster.add_node("top");
  cluster.add_node("parent", {{"top"}});
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(130);
  cluster.finish_slow_collectors();
  cluster.set_clock_offset("child", -100'000);
  cluster.step_seconds(60);
  cluster.settle();
  auto twice = 0;
  for (auto& row : cluster.values("child", "child")) {
    auto reads = cluster.origin_of("child").reads.at(row.first);
    twice += reads == 2;
    if (reads == 2)
      CHECK(row.second.values.at("sim.gauges/reads") == 2);
  }
  CHECK(twice > 50);
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(joined(check_equal(cluster, "child", "top", "child")) == "");
  require_good(cluster);
}

TEST_CASE("rows behind the closed windows are there before their commit",
          "[sim]") {
  sim_cluster cluster{40};
  cluster.add_node("node");
  cluster.step_seconds(130);
  cluster.finish_slow_collectors();
  cluster.set_clock_offset("node", -100'000);
  cluster.step_seconds(20);
  cluster.hold_disk("node");
  cluster.step_seconds(5);
  // What the history lane and queries read.
  auto now = sim_begin_ms / 1000 + cluster.now_ms() / 1000 - 100;
  auto table = cluster.values("node", "node");
  for (auto t = now - 5; t < now; ++t) {
    CAPTURE(t);
    CHECK(table[t].epoch > table.begin()->second.epoch);
    CHECK(table[t].values.count("sim.gauges/a") == 1);
  }
  require_good(cluster);
}

TEST_CASE("a parent whose clock is off stores its children's ticks", "[sim]") {
  sim_cluster cluster{38};
  cluster.add_node("parent");
  cluster.finish_slow_collectors();
  cluster.set_clock_offset("parent", -3'600'000);
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(100);
  cluster.finish_slow_collectors();
  cluster.set_clock_offset("parent", 3'600'000);
  cluster.step_seconds(100);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  require_good(cluster);
}

TEST_CASE("a reading that comes when the epoch has changed is dropped",
          "[sim]") {
  sim_cluster cluster{39};
  cluster.add_node("node");
  cluster.slow_ms_max = 2200;
  for (int i = 1; i <= 60; ++i) {
    cluster.step(4'500);
    cluster.set_clock_offset("node", -20'000 * i);
  }
  cluster.step_seconds(5);
  // Nothing was sealed under a tick that never was.
  auto hosts = cluster.hosts_of("node");
  REQUIRE(hosts.size() == 1);
  CHECK(hosts[0].oldest > sim_begin_ms / 1000 - 1300);
  CHECK(joined(cluster.faults) == "");
}
