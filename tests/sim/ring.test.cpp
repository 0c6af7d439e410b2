/// Parents that stream to each other: pairs and rings. Whoever has a tick of a
/// host passes it on to all others, once, and never back to its origin.

#include <cstdlib>
#include <numeric>

#include <catch2/catch.hpp>

#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

/// TRIBUTARY_SEED, or as many as TRIBUTARY_SEEDS allows.
std::vector<uint64_t> seeds() {
  if (auto one = getenv("TRIBUTARY_SEED"))
    return {strtoull(one, nullptr, 10)};
  auto text = getenv("TRIBUTARY_SEEDS");
  // Of each topology; a run is as long as five of schedule.test.cpp.
  auto count = text == nullptr ? 10 : strtoull(text, nullptr, 10) / 5 + 1;
  std::vector<uint64_t> result(count);
  std::iota(result.begin(), result.end(), 1);
  return result;
}

/// What every node has is what the origins read, and what it promised.
sim_findings check_each(sim_cluster& cluster) {
  auto result = cluster.faults;
  auto names = cluster.names();
  auto add = [&](sim_findings found) {
    result.insert(result.end(), found.begin(), found.end());
  };
  for (auto& node : names) {
    add(check_promises(cluster, node));
    for (auto& host : names)
      add(check_values(cluster, node, host));
  }
  return result;
}

/// The same, and all that one of the nodes has of the hosts is at the others.
/// Not at the host itself: what it sent and had not committed when it crashed
/// is in the others alone.
sim_findings check_everywhere(sim_cluster& cluster,
                              const std::vector<std::string>& nodes,
                              const std::vector<std::string>& hosts) {
  auto result = check_each(cluster);
  for (auto& host : hosts)
    for (auto& x : nodes)
      for (auto& y : nodes) {
        auto found = x == y || y == host ? sim_findings{}
                                         : check_arrived(cluster, x, y, host);
        result.insert(result.end(), found.begin(), found.end());
      }
  return result;
}

void disturb(sim_cluster& cluster, const std::vector<std::string>& nodes) {
  auto any = [&] {
    return nodes[cluster.random(nodes.size())];
  };
  auto node = any();
  switch (cluster.random(7)) {
  case 0:
  case 1:
    cluster.network().cut(node, any());
    break;
  case 2:
    cluster.network().stall(node, any());
    cluster.step(static_cast<int64_t>(cluster.random(40'000)));
    cluster.network().heal();
    break;
  case 3: {
    auto other = any();
    cluster.network().refuse(node, other);
    cluster.network().cut(node, other);
    cluster.step(static_cast<int64_t>(cluster.random(90'000)));
    cluster.network().heal();
    break;
  }
  case 4:
  case 5:
    cluster.crash(node, cluster.random(2) == 0);
    cluster.step(static_cast<int64_t>(cluster.random(60'000)));
    cluster.start(node);
    break;
  case 6:
    cluster.stop(node);
    cluster.step(static_cast<int64_t>(cluster.random(30'000)));
    cluster.start(node);
    break;
  }
}

void run_disturbed(sim_cluster& cluster, const std::vector<std::string>& nodes,
                   const std::vector<std::string>& disturbed) {
  for (int i = 0; i < 6; ++i) {
    cluster.step(5'000 + static_cast<int64_t>(cluster.random(40'000)));
    disturb(cluster, disturbed);
  }
  cluster.network().heal();
  cluster.step(static_cast<int64_t>(cluster.random(60'000)));
  cluster.settle(240);
  auto findings = check_everywhere(cluster, nodes, nodes);
  INFO(joined(findings));
  CHECK(findings.empty());
}

} // namespace

TEST_CASE("two parents that stream to each other have the same", "[sim]") {
  sim_cluster cluster{41};
  cluster.add_node("a", {{"b"}});
  cluster.add_node("b", {{"a"}});
  cluster.step_seconds(130);
  cluster.settle(30);
  CHECK(joined(check_everywhere(cluster, {"a", "b"}, {"a", "b"})) == "");
  CHECK(cluster.values("a", "b").size() > 100);
  CHECK(cluster.values("b", "a").size() > 100);
  auto findings = settle_and_check(cluster);
  CHECK(joined(findings) == "");
}

TEST_CASE("a ring of three has all hosts everywhere, each once", "[sim]") {
  sim_cluster cluster{42};
  cluster.add_node("a", {{"b"}});
  cluster.add_node("b", {{"c"}});
  cluster.add_node("c", {{"a"}});
  cluster.step_seconds(130);
  cluster.settle(30);
  CHECK(joined(check_everywhere(cluster, {"a", "b", "c"}, {"a", "b", "c"}))
        == "");
  for (auto node : {"a", "b", "c"})
    for (auto host : {"a", "b", "c"})
      CHECK(cluster.values(node, host).size() > 100);
}

TEST_CASE("a child of an active pair is in both, whichever it streams to",
          "[sim]") {
  sim_cluster cluster{43};
  cluster.add_node("a", {{"b"}});
  cluster.add_node("b", {{"a"}});
  cluster.add_node("child", {{"a", "b"}});
  cluster.step_seconds(40);
  for (int i = 0; i < 4; ++i) { // to and fro
    cluster.network().cut("child", "a");
    cluster.network().cut("child", "b");
    cluster.step_seconds(50);
  }
  cluster.crash("a");
  cluster.step_seconds(60);
  cluster.start("a");
  cluster.step_seconds(60);
  cluster.settle();
  CHECK(joined(check_everywhere(cluster, {"a", "b"}, {"a", "b", "child"}))
        == "");
  CHECK(joined(check_arrived(cluster, "child", "a", "child")) == "");
}

TEST_CASE("a new parent gets late parts of ticks that it has from elsewhere",
          "[sim]") {
  for (uint64_t seed = 44; seed < 50; ++seed) {
    sim_cluster cluster{seed};
    cluster.add_node("b");
    cluster.add_node("a", {{"b"}});
    cluster.add_node("child", {{"a", "b"}});
    cluster.step_seconds(40);
    cluster.step(150); // some collectors have not answered
    cluster.crash("a");
    cluster.step_seconds(60);
    cluster.freeze(true);
    cluster.step_seconds(20);
    CHECK(joined(check_arrived(cluster, "child", "b", "child")) == "");
    CHECK(joined(cluster.faults) == "");
  }
}

TEST_CASE("active pairs that are disturbed end with the same", "[sim]") {
  for (auto seed : seeds()) {
    INFO("pair, TRIBUTARY_SEED=" << seed);
    sim_cluster cluster{1000 + seed};
    cluster.add_node("a", {{"b"}});
    cluster.add_node("b", {{"a"}});
    cluster.add_node("child", {{"a", "b"}});
    run_disturbed(cluster, {"a", "b"}, {"a", "b", "child"});
    CHECK(joined(check_everywhere(cluster, {"a", "b"}, {"child"})) == "");
    CHECK(joined(check_arrived(cluster, "child", "a", "child")) == "");
  }
}

TEST_CASE("rings that are disturbed end with the same", "[sim]") {
  for (auto seed : seeds()) {
    INFO("ring, TRIBUTARY_SEED=" << seed);
    sim_cluster cluster{2000 + seed};
    cluster.add_node("a", {{"b"}});
    cluster.add_node("b", {{"c"}});
    cluster.add_node("c", {{"a"}});
    run_disturbed(cluster, {"a", "b", "c"}, {"a", "b", "c"});
  }
}
