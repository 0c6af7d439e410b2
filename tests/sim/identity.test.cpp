/// Who is who: restarted nodes, copies of nodes, hosts that come over several
/// ways, and what nodes above know of them.

#include <algorithm>

#include <catch2/catch.hpp>

#include "actors/storage/host_state.hpp"
#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

const host_summary* find(const std::vector<host_summary>& hosts,
                         const guid& id) {
  auto i = std::find_if(hosts.begin(), hosts.end(),
                        [&](auto& x) { return x.definition.id == id; });
  return i == hosts.end() ? nullptr : &*i;
}

/// How a node shows a host; empty when it does not know it.
std::string state(sim_cluster& cluster, const std::string& node,
                  const std::string& host) {
  auto hosts = cluster.hosts_of(node);
  auto known = find(hosts, cluster.id_of(host));
  return known == nullptr
             ? std::string{}
             : to_string(
                 state_of(*known, sim_begin_ms + cluster.now_ms(), 3'600'000));
}

std::string reason(sim_cluster& cluster, const std::string& node,
                   const std::string& host) {
  auto hosts = cluster.hosts_of(node);
  auto known = find(hosts, cluster.id_of(host));
  return known == nullptr ? "unknown" : known->reason;
}

size_t lines_with(const sim_cluster& cluster, const std::string& words) {
  auto& log = cluster.log();
  return static_cast<size_t>(
      std::count_if(log.begin(), log.end(), [&](auto& x) {
        return x.find(words) != std::string::npos;
      }));
}

} // namespace

TEST_CASE("a restarted child gets in beside its hanging link", "[sim]") {
  sim_cluster cluster{101};
  cluster.add_node("parent");
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(30);
  for (int i = 0; i < 5; ++i) {
    cluster.crash("child", true); // the parent hears nothing of it
    cluster.step(static_cast<int64_t>(cluster.random(2000)));
    cluster.start("child");
    auto newest = cluster.figures_of("parent").frames_received.load();
    // Far below what a silent link is given.
    cluster.step_seconds(5);
    CHECK(cluster.figures_of("parent").frames_received.load() > newest);
    cluster.step_seconds(20);
  }
  CHECK(lines_with(cluster, "a newer link of the same node is there") == 5);
  CHECK_FALSE(cluster.logged("clone"));
  require_good(cluster);
}

TEST_CASE("a child that lost its link takes it over at once", "[sim]") {
  sim_cluster cluster{102};
  cluster.add_node("parent");
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(30);
  for (int i = 0; i < 5; ++i) {
    cluster.network().forget("child", true); // the parent hears nothing of it
    cluster.step_seconds(19);
    CHECK(state(cluster, "parent", "child") == "live");
  }
  CHECK_FALSE(cluster.logged("clone"));
  CHECK(cluster.logged("its hosts come over another link"));
  CHECK(cluster.network().open_links("child", "parent") == 1);
  cluster.settle();
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  require_good(cluster);
}

TEST_CASE("a copy of a child is refused while the child lives", "[sim]") {
  sim_cluster cluster{103};
  cluster.add_node("parent");
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(30);
  sim_plan plan{{"parent"}};
  plan.copy_of = "child";
  cluster.add_node("copy", plan);
  for (int i = 0; i < 6; ++i) {
    cluster.step_seconds(20);
    if (i % 2 == 1) // whoever is there first after a cut is not the question
      continue;
    cluster.network().stall("copy", "parent");
    cluster.network().cut("child", "parent");
    cluster.step_seconds(20);
    cluster.network().heal();
  }
  CHECK(cluster.logged("copy (copy) is refused as a clone: child (child) is "
                       "live with the same machine GUID"));
  CHECK(cluster.logged("the parent refuses this node: clone, child (child) is "
                       "live"));
  CHECK(cluster.figures_of("parent").clones_refused.load() > 3);
  CHECK(reason(cluster, "parent", "child") == "");
  cluster.crash("copy");
  cluster.settle();
  // Nothing of the copy has mixed in, and nothing of the child is missing.
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a copy of a child is refused over another relay", "[sim]") {
  sim_cluster cluster{104};
  cluster.add_node("top");
  cluster.add_node("left", {{"top"}});
  cluster.add_node("right", {{"top"}});
  cluster.add_node("child", {{"left"}});
  cluster.step_seconds(40);
  sim_plan plan{{"right"}};
  plan.copy_of = "child";
  cluster.add_node("copy", plan);
  cluster.crash("copy"); // of data that was copied it would be the next life
  cluster.start("copy");
  cluster.step_seconds(150);
  CHECK(cluster.logged("top: host copy from right (right) is refused as a "
                       "clone: child over left is live"));
  CHECK(cluster.logged("right: the parent refuses host copy: clone"));
  CHECK(reason(cluster, "top", "child") == "");
  cluster.finish_slow_collectors();
  CHECK(joined(check_arrived(cluster, "left", "top", "child")) == "");
  auto at_top = cluster.values("top", "child").size();
  CHECK(at_top >= cluster.values("left", "child").size());
  at_top = cluster.values("top", "copy").size(); // in windows that it was in
  // When the child is gone for good the copy is all that there is.
  cluster.crash("child");
  cluster.step_seconds(100);
  CHECK(cluster.logged("top: host copy streams from right (right)"));
  CHECK(state(cluster, "top", "child") == "live");
  CHECK(cluster.values("top", "copy").size() > at_top + 80);
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a copy is refused although it is offline", "[sim]") {
  sim_cluster cluster{110};
  cluster.add_node("top");
  cluster.add_node("relay", {{"top"}});
  cluster.add_node("child", {{"top"}});
  cluster.step_seconds(40);
  cluster.network().refuse("relay", "top"); // the copy is gone when it tells
  cluster.network().cut("relay", "top");
  sim_plan plan{{"relay"}};
  plan.copy_of = "child";
  cluster.add_node("copy", plan);
  cluster.crash("copy");
  cluster.start("copy");
  cluster.step_seconds(20);
  cluster.crash("copy");
  cluster.step_seconds(5);
  cluster.network().heal();
  cluster.step_seconds(30);
  CHECK(state(cluster, "top", "child") == "live");
  cluster.start("copy");
  cluster.step_seconds(60);
  CHECK(cluster.logged("top: host copy from relay (relay) is refused as a "
                       "clone: child over child is live"));
  CHECK(cluster.hosts_of("top").size() == 3);
  CHECK(reason(cluster, "top", "child") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("two lives of one number are not mixed", "[sim]") {
  sim_cluster cluster{109};
  cluster.add_node("parent");
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(30);
  cluster.crash("child");
  sim_plan plan{{"parent"}};
  plan.copy_of = "child";
  plan.clock_offset_ms = -30'000; // it begins at the very same second
  cluster.add_node("copy", plan);
  cluster.step_seconds(70);
  CHECK(cluster.logged("parent: host copy from copy (copy) is refused as a "
                       "clone: life "
                       + std::to_string(sim_begin_ms / 1000)
                       + " of machine GUID"));
  CHECK(cluster.logged("copy: the parent refuses host copy: clone"));
  CHECK_FALSE(cluster.logged("corrupt"));
  CHECK(state(cluster, "parent", "child") == "offline");
  CHECK(cluster.figures_of("parent").clones_refused.load() > 1);
  cluster.crash("copy");
  cluster.start("child");
  cluster.step_seconds(20);
  CHECK(state(cluster, "parent", "child") == "live");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a life from older data is taken as the newer one", "[sim]") {
  sim_cluster cluster{116};
  cluster.add_node("parent");
  cluster.add_node("child", {{"parent"}});
  cluster.step_seconds(20);
  for (int i = 0; i < 2; ++i) {
    cluster.crash("child");
    cluster.start("child");
    cluster.step_seconds(20);
  }
  cluster.crash("child");
  // A backup that knows of no life yet, on a machine with other charts.
  sim_plan plan{{"parent"}};
  plan.copy_of = "child";
  plan.wide_gauges = 3;
  cluster.add_node("restored", plan);
  cluster.step_seconds(20);
  CHECK(state(cluster, "parent", "restored") == "live");
  CHECK_FALSE(cluster.logged("clone"));
  CHECK_FALSE(cluster.logged("corrupt"));
  cluster.settle();
  CHECK(joined(check_arrived(cluster, "restored", "parent", "restored")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a life below the known one is refused by name", "[sim]") {
  sim_cluster cluster{117};
  cluster.add_node("parent");
  sim_plan ahead{{"parent"}};
  ahead.clock_offset_ms = 500'000; // what its clock says when it begins
  cluster.add_node("child", ahead);
  cluster.step_seconds(20);
  cluster.crash("child");
  sim_plan plan{{"parent"}};
  plan.copy_of = "child";
  cluster.add_node("restored", plan);
  cluster.step_seconds(70);
  CHECK(cluster.logged("parent: host restored from restored (restored) is "
                       "refused as a clone: life "
                       + std::to_string(sim_begin_ms / 1000 + 20)));
  CHECK(cluster.logged("is below " + std::to_string(sim_begin_ms / 1000 + 500)
                       + ", which is known here"));
  cluster.crash("restored");
  // The one whose store knows all its lives only counts on.
  cluster.set_clock_offset("child", 0);
  cluster.start("child");
  cluster.step_seconds(20);
  CHECK(state(cluster, "parent", "child") == "live");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a child that moves between relays is no clone", "[sim]") {
  sim_cluster cluster{105};
  cluster.add_node("top");
  cluster.add_node("left", {{"top"}});
  cluster.add_node("right", {{"top"}});
  cluster.add_node("child", {{"left", "right"}});
  cluster.step_seconds(40);
  for (int i = 0; i < 6; ++i) {
    if (i % 2 == 0) { // in one life
      cluster.network().cut("child", "left");
      cluster.network().cut("child", "right");
    } else { // in the next one, before the relay has missed the last
      cluster.network().refuse("child", "left");
      cluster.crash("child", true);
      cluster.start("child");
    }
    cluster.step_seconds(40);
    cluster.network().heal();
    cluster.step_seconds(20);
  }
  CHECK_FALSE(cluster.logged("clone"));
  CHECK(state(cluster, "top", "child") == "live");
  cluster.settle();
  CHECK(joined(check_arrived(cluster, "child", "top", "child")) == "");
  CHECK(joined(check_cluster(cluster)) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("what is offline below a relay is offline above it", "[sim]") {
  sim_cluster cluster{106};
  cluster.add_node("top");
  cluster.add_node("middle", {{"top"}});
  cluster.add_node("relay", {{"middle"}});
  cluster.add_node("child", {{"relay"}});
  cluster.step_seconds(60);
  CHECK(state(cluster, "top", "child") == "live");
  cluster.stop("child");
  cluster.step_seconds(2);
  CHECK(state(cluster, "relay", "child") == "offline");
  CHECK(state(cluster, "top", "child") == "offline");
  CHECK(reason(cluster, "top", "child").find("at middle: at relay: link ended")
        == 0);
  // Also of a link that begins later, and for a node that was not there.
  cluster.network().cut("relay", "middle");
  cluster.crash("top");
  cluster.start("top");
  CHECK(state(cluster, "top", "child") == "offline");
  cluster.step_seconds(40);
  CHECK(state(cluster, "top", "child") == "offline");
  CHECK(state(cluster, "top", "relay") == "live");
  cluster.start("child");
  cluster.step_seconds(10);
  CHECK(state(cluster, "top", "child") == "live");
  CHECK(reason(cluster, "top", "child") == "");
  require_good(cluster);
}

TEST_CASE("an ephemeral host is forgotten, and no other", "[sim]") {
  sim_cluster cluster{107};
  cluster.add_node("top");
  cluster.add_node("relay", {{"top"}});
  cluster.add_node("other", {{"relay"}});
  sim_plan plan{{"relay"}};
  plan.is_ephemeral = true;
  cluster.add_node("ephemeral", plan);
  auto clean = [&](const std::string& name) {
    cluster.reload(name,
                   [](node_options& x) { x.db.cleanup_ephemeral_s = 30; });
  };
  clean("relay");
  cluster.step_seconds(60);
  cluster.stop("other");
  cluster.stop("ephemeral");
  cluster.step_seconds(25);
  CHECK(state(cluster, "relay", "ephemeral") == "offline");
  cluster.step_seconds(30);
  CHECK(state(cluster, "relay", "ephemeral") == "");
  CHECK(state(cluster, "relay", "other") == "offline");
  CHECK(cluster.logged("relay: host ephemeral ("));
  // The node above keeps it as it was told to.
  CHECK(state(cluster, "top", "ephemeral") == "offline");
  CHECK_FALSE(cluster.logged("top: host ephemeral ("
                             + to_string(cluster.id_of("ephemeral"))
                             + "), ephemeral,"));
  clean("top");
  cluster.step_seconds(40);
  CHECK(state(cluster, "top", "ephemeral") == "");
  CHECK(state(cluster, "top", "other") == "offline");
  // It is there again when it comes back.
  cluster.start("ephemeral");
  cluster.step_seconds(30);
  CHECK(state(cluster, "top", "ephemeral") == "live");
  cluster.step_seconds(60);
  CHECK(state(cluster, "top", "ephemeral") == "live");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a host below a relay can be forgotten above it", "[sim]") {
  sim_cluster cluster{108};
  cluster.add_node("top");
  cluster.add_node("relay", {{"top"}});
  sim_plan plan{{"relay"}};
  plan.is_ephemeral = true;
  cluster.add_node("child", plan);
  cluster.step_seconds(60);
  cluster.reload("top", [](node_options& x) { x.db.cleanup_ephemeral_s = 30; });
  cluster.stop("child");
  cluster.step_seconds(60);
  CHECK(state(cluster, "top", "child") == "");
  CHECK(state(cluster, "relay", "child") == "offline");
  CHECK(state(cluster, "top", "relay") == "live");
  // The relay brings it anew when it is there again, and its past with the
  // next link.
  cluster.start("child");
  cluster.step_seconds(30);
  CHECK(state(cluster, "top", "child") == "live");
  cluster.network().cut("relay", "top");
  cluster.settle();
  CHECK(joined(check_equal(cluster, "relay", "top", "child")) == "");
  require_good(cluster);
}
