/// Actors that fail while a chain of three streams: each comes back by itself,
/// and nothing that was acknowledged is missing then.

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

void join_three(sim_cluster& cluster) {
  cluster.expects_restarts = true;
  add_chain(cluster);
  cluster.step_seconds(20);
}

/// Whether each node has fresh samples of each host that reaches it.
std::string stale(sim_cluster& cluster) {
  std::string result;
  auto now = sim_begin_ms / 1000 + cluster.now_ms() / 1000;
  for (auto& node : cluster.names())
    for (auto& host : cluster.hosts_of(node))
      if (host.newest < now - 5)
        result += node + " has " + host.definition.hostname + " to "
                  + std::to_string(host.newest - now) + "\n";
  return result;
}

std::string not_running(sim_cluster& cluster) {
  std::string result;
  for (auto& node : cluster.names())
    for (auto& x : cluster.children_of(node))
      if (x.state != child_state::running && x.state != child_state::off)
        result += node + ": " + x.name + " " + to_text(x) + "\n";
  return result;
}

/// What `sim_cluster::kill` ends an actor with.
constexpr auto failure = "exit_reason(unhandled_exception)";

const char* const actors[] = {"writer",
                              "ingest",
                              "reader",
                              "connector",
                              "framer",
                              "live",
                              "listener",
                              "uplink",
                              "session",
                              "collector sim.first",
                              "collector sim.slow"};

} // namespace

TEST_CASE("each actor of each node comes back", "[sim]") {
  uint64_t seed = 100;
  for (auto actor : actors)
    for (auto node : {"leaf", "relay", "top"}) {
      CAPTURE(node, actor, ++seed);
      sim_cluster cluster{seed};
      join_three(cluster);
      auto killed = 0;
      for (int i = 0; i < 3; ++i) {
        killed += cluster.kill(node, actor);
        cluster.step(static_cast<int64_t>(cluster.random(9'000)));
      }
      // The top has no uplink, nothing connects to the leaf.
      auto is_there = cluster.plan_of(node).parents.empty()
                          ? std::string{"uplink connector"}.find(actor)
                                == std::string::npos
                          : node != std::string{"leaf"}
                                || actor != std::string{"session"};
      CHECK((killed > 0) == is_there);
      cluster.step_seconds(30);
      CHECK(not_running(cluster) == "");
      CHECK(stale(cluster) == "");
      require_good(cluster);
    }
}

TEST_CASE("a wire that fails on either side is replaced", "[sim]") {
  for (auto side : {sim_side::child, sim_side::parent}) {
    sim_cluster cluster{140};
    join_three(cluster);
    for (int i = 0; i < 5; ++i) {
      cluster.network().kill_wire("leaf", "relay", side);
      cluster.step(static_cast<int64_t>(cluster.random(20'000)));
    }
    cluster.step_seconds(20);
    CHECK(stale(cluster) == "");
    require_good(cluster);
  }
}

TEST_CASE("what fails leaves alone what does not need it", "[sim]") {
  sim_cluster cluster{141};
  join_three(cluster);
  auto connects = cluster.network().connects();
  for (auto actor : {"live", "framer", "collector sim.first"})
    for (auto node : {"leaf", "relay", "top"})
      CHECK(cluster.kill(node, actor));
  cluster.step_seconds(20);
  CHECK(cluster.network().connects() == connects);
  for (auto& x : cluster.children_of("relay")) {
    auto hit = x.name == "live" || x.name == "framer";
    CAPTURE(x.name);
    CHECK(x.restarts == (hit ? 1 : 0));
    CHECK(x.last_error == (hit ? failure : ""));
  }
  require_good(cluster);
}

TEST_CASE("an actor that fails again and again is tried at a growing delay",
          "[sim]") {
  sim_cluster cluster{142};
  join_three(cluster);
  auto ends = 0;
  for (int i = 0; i < 3000; ++i) { // five minutes
    ends += cluster.kill("relay", "uplink");
    cluster.step(100);
  }
  CHECK(ends > 10);
  CHECK(ends < 25);
  auto children = cluster.children_of("relay");
  auto found = std::find_if(children.begin(), children.end(),
                            [](auto& x) { return x.name == "uplink"; });
  REQUIRE(found != children.end());
  CHECK(found->state == child_state::waiting);
  CHECK(
      to_text(*found).find("to be started again after: " + std::string{failure})
      != std::string::npos);
  // Links from below and the relay's own samples went on.
  CHECK(cluster.values("relay", "leaf").size() > 290);
  CHECK(cluster.values("relay", "relay").size() > 290);
  cluster.step_seconds(60);
  CHECK(not_running(cluster) == "");
  CHECK(stale(cluster) == "");
  require_good(cluster);
}

TEST_CASE("a node whose storage fails for good gives up", "[sim]") {
  sim_cluster cluster{143};
  join_three(cluster);
  auto ended = 0;
  for (int i = 0; i < 3000 && !cluster.logged("the node gives up"); ++i) {
    ended += cluster.kill("top", "writer");
    cluster.step(100);
  }
  CHECK(cluster.logged("writer failed"));
  CHECK(cluster.logged("the node gives up"));
  CHECK(ended == static_cast<int>(restart_table::vital_failures_max) + 1);
  // It is as dead as after a crash, and starts like after one.
  cluster.crash("top");
  CHECK(cluster.values("relay", "leaf").size() > 50);
  cluster.start("top");
  cluster.step_seconds(40);
  CHECK(stale(cluster) == "");
  require_good(cluster);
}

TEST_CASE("a node that stops is not reloaded", "[sim]") {
  sim_cluster cluster{144};
  join_three(cluster);
  auto change = [](node_options& x) {
    x.sender.enabled = !x.sender.enabled;
  };
  cluster.reload("relay", change);
  REQUIRE(cluster.logged("reloaded: 1 option applied"));
  cluster.step_seconds(5);
  auto lines = cluster.log().size();
  // Its last commit takes a while, and reloads come meanwhile.
  cluster.hold_disk("relay");
  cluster.stop("relay", [&] {
    cluster.step(100);
    cluster.reload("relay", [](node_options&) {});
    cluster.step(100);
    cluster.reload("relay", change);
    cluster.release_disks();
  });
  for (auto i = lines; i < cluster.log().size(); ++i) {
    auto& line = cluster.log()[i];
    INFO(line);
    CHECK(line.find("reloaded") == std::string::npos);
    CHECK(line.find(" runs") == std::string::npos);
    CHECK(line.find("takes effect") == std::string::npos);
  }
  cluster.start("relay");
  cluster.step_seconds(20);
  CHECK(stale(cluster) == "");
  require_good(cluster);
}

TEST_CASE("actors that fail at random lose nothing", "[sim]") {
  for (uint64_t seed = 150; seed < 158; ++seed) {
    CAPTURE(seed);
    sim_cluster cluster{seed};
    join_three(cluster);
    auto end = cluster.now_ms() + 180'000;
    while (cluster.now_ms() < end) {
      auto names = cluster.names();
      cluster.kill(names[cluster.random(names.size())],
                   actors[cluster.random(std::size(actors))]);
      cluster.step(static_cast<int64_t>(cluster.random(8'000)));
    }
    cluster.step_seconds(90);
    CHECK(not_running(cluster) == "");
    CHECK(stale(cluster) == "");
    require_good(cluster);
  }
}
