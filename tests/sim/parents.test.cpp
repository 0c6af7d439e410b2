/// Nodes with several parents: failover and the way back, all at once, the
/// freshest, and parents that are drained. No tick is lost on any of the ways.

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

sim_plan streams(std::vector<std::string> parents, stream_mode mode) {
  sim_plan result{std::move(parents)};
  result.parents_mode = mode;
  return result;
}

bool has_link(sim_cluster& cluster, const char* child, const char* parent) {
  return cluster.network().open_links(child, parent) > 0;
}

/// Milliseconds until the child has a link to the parent; at most 200 s.
int64_t wait_for_link(sim_cluster& cluster, const char* child,
                      const char* parent) {
  int64_t waited = 0;
  for (; !has_link(cluster, child, parent) && waited < 200'000; waited += 100)
    cluster.step(100);
  return waited;
}

/// The parent has every tick of the host that the origin read, and the same.
std::string lacks(sim_cluster& cluster, const char* parent, const char* host) {
  auto have = cluster.values(parent, host).size();
  auto reads = cluster.origin_of(host).reads.size();
  auto result = joined(check_equal(cluster, host, parent, host))
                + joined(check_values(cluster, parent, host));
  return have == reads ? result
                       : result + parent + " has " + std::to_string(have)
                             + " of " + std::to_string(reads) + "\n";
}

} // namespace

TEST_CASE("the second parent is tried at once", "[sim]") {
  sim_cluster cluster{81};
  cluster.add_node("second");
  cluster.add_node("first");
  cluster.network().refuse("leaf", "first");
  cluster.add_node("leaf", {{"first", "second"}});
  cluster.step(1'000);
  CHECK(has_link(cluster, "leaf", "second"));
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a leaf fails over and back, and both parents have all", "[sim]") {
  sim_cluster cluster{82};
  cluster.add_node("first");
  cluster.add_node("second");
  cluster.add_node("leaf", {{"first", "second"}});
  cluster.step_seconds(100);
  CHECK(has_link(cluster, "leaf", "first"));
  CHECK_FALSE(has_link(cluster, "leaf", "second"));
  cluster.crash("first");
  CHECK(wait_for_link(cluster, "leaf", "second") <= 1'500);
  cluster.step_seconds(200);
  cluster.start("first");
  CHECK(wait_for_link(cluster, "leaf", "first") <= 31'000);
  cluster.step_seconds(5);
  CHECK_FALSE(has_link(cluster, "leaf", "second"));
  CHECK(cluster.logged("first takes this node again"));
  CHECK(cluster.logged("all that was sent is acknowledged"));
  auto had = cluster.values("second", "leaf").size();
  CHECK(had > 290); // what was before, and its own time
  cluster.step_seconds(100);
  cluster.settle();
  CHECK(lacks(cluster, "first", "leaf") == "");
  CHECK(joined(check_values(cluster, "second", "leaf")) == "");
  CHECK(joined(check_promises(cluster, "second")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("the old link is there until the new one is welcome", "[sim]") {
  sim_cluster cluster{83};
  cluster.add_node("first");
  cluster.add_node("second");
  cluster.network().refuse("leaf", "first");
  cluster.add_node("leaf", {{"first", "second"}});
  cluster.step_seconds(100);
  auto connects = cluster.network().connects();
  cluster.network().heal();
  int64_t without = 0;
  for (int i = 0; i < 400; ++i) {
    cluster.step(100);
    without += !has_link(cluster, "leaf", "first")
               && !has_link(cluster, "leaf", "second");
  }
  CHECK(has_link(cluster, "leaf", "first"));
  CHECK(without <= 1); // a tenth of a second
  // One question and one link.
  CHECK(cluster.network().connects() == connects + 2);
  cluster.settle();
  CHECK(lacks(cluster, "first", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a parent that refuses is asked and not gone to", "[sim]") {
  sim_cluster cluster{84};
  cluster.add_node("first");
  cluster.drain("first");
  cluster.add_node("second");
  cluster.add_node("leaf", {{"first", "second"}});
  cluster.step_seconds(300);
  CHECK(has_link(cluster, "leaf", "second"));
  CHECK(cluster.logged("first would not take this node"));
  // The link at the second is the first one that there was.
  CHECK(cluster.values("second", "leaf").size() > 290);
  CHECK(cluster.network().connects() < 30);
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("with mode all every parent has all", "[sim]") {
  sim_cluster cluster{85};
  cluster.add_node("first");
  cluster.add_node("second");
  cluster.add_node("leaf", streams({"first", "second"}, stream_mode::all));
  cluster.step_seconds(100);
  CHECK(has_link(cluster, "leaf", "first"));
  CHECK(has_link(cluster, "leaf", "second"));
  cluster.crash("second");
  cluster.step_seconds(400);
  CHECK(cluster.values("first", "leaf").size() > 490);
  cluster.start("second");
  cluster.step_seconds(60);
  cluster.settle();
  CHECK(lacks(cluster, "first", "leaf") == "");
  CHECK(lacks(cluster, "second", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("two names of one parent make one link", "[sim]") {
  sim_cluster cluster{86};
  cluster.add_node("parent");
  cluster.network().alias("other-name", "parent");
  cluster.add_node("leaf", streams({"parent", "other-name"}, stream_mode::all));
  cluster.step_seconds(200);
  CHECK(cluster.network().open_links("leaf", "parent") == 1);
  CHECK(cluster.logged("leads to the same parent as"));
  CHECK(cluster.network().connects() < 10);
  cluster.settle();
  CHECK(lacks(cluster, "parent", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a second name of the parent is no way back to it", "[sim]") {
  sim_cluster cluster{87};
  cluster.add_node("parent");
  cluster.network().alias("other-name", "parent");
  cluster.network().refuse("leaf", "parent");
  cluster.add_node("leaf", {{"other-name", "parent"}});
  cluster.step_seconds(5);
  cluster.network().heal();
  cluster.step_seconds(60);
  // It came over the second name while the first did not answer.
  CHECK(cluster.network().open_links("leaf", "parent") == 1);
  cluster.settle();
  CHECK(lacks(cluster, "parent", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("the freshest parent is chosen, not the first", "[sim]") {
  sim_cluster cluster{88};
  cluster.add_node("first");
  cluster.add_node("second");
  cluster.add_node("leaf", streams({"first", "second"}, stream_mode::freshest));
  cluster.step_seconds(100);
  CHECK(has_link(cluster, "leaf", "first")); // both have nothing
  cluster.crash("first");
  cluster.step_seconds(200);
  cluster.start("first");
  cluster.step_seconds(100);
  CHECK(has_link(cluster, "leaf", "second")); // it stays
  cluster.network().cut("leaf", "second");
  cluster.step_seconds(40);
  CHECK(cluster.logged("second has the newest samples"));
  CHECK(has_link(cluster, "leaf", "second"));
  CHECK_FALSE(has_link(cluster, "leaf", "first"));
  cluster.crash("second");
  cluster.step_seconds(60);
  CHECK(has_link(cluster, "leaf", "first"));
  cluster.settle();
  CHECK(lacks(cluster, "first", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a drained parent is left without a lost tick", "[sim]") {
  sim_cluster cluster{89};
  cluster.add_node("first");
  cluster.add_node("second");
  cluster.add_node("leaf", {{"first", "second"}});
  cluster.add_node("relay", {{"first", "second"}});
  cluster.add_node("below", {{"relay"}});
  cluster.add_node("alone", {{"first"}});
  cluster.step_seconds(100);
  CHECK(cluster.drain_of("first").leaving.size() == 3);
  cluster.drain("first");
  int64_t took = 0;
  while (!cluster.drain_of("first").leaving.empty() && took < 60'000)
    cluster.step(100), took += 100;
  CHECK(took <= 15'000);
  auto state = cluster.drain_of("first");
  CHECK(state.left == 2);
  CHECK(state.staying == std::vector<std::string>{"alone"});
  cluster.step_seconds(3);
  CHECK(has_link(cluster, "leaf", "second"));
  CHECK(has_link(cluster, "relay", "second"));
  CHECK(has_link(cluster, "alone", "first"));
  // What they sent was acknowledged before they left.
  CHECK_FALSE(cluster.logged("is not acknowledged yet"));
  cluster.step_seconds(100);
  // Who stays is not kept out, who comes is.
  CHECK(has_link(cluster, "alone", "first"));
  cluster.network().cut("alone", "first");
  cluster.step_seconds(60);
  CHECK(cluster.logged("the parent refuses this node: draining"));
  CHECK_FALSE(has_link(cluster, "alone", "first"));
  cluster.drain("first", false);
  CHECK(wait_for_link(cluster, "alone", "first") <= 31'000);
  CHECK(wait_for_link(cluster, "leaf", "first") <= 31'000);
  CHECK(wait_for_link(cluster, "relay", "first") <= 31'000);
  cluster.step_seconds(60);
  cluster.settle();
  for (auto host : {"leaf", "relay", "below", "alone"})
    CHECK(lacks(cluster, "first", host) == "");
  CHECK(joined(check_promises(cluster, "second")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("with mode all a drained parent is left and gets all later",
          "[sim]") {
  sim_cluster cluster{90};
  cluster.add_node("first");
  cluster.add_node("second");
  cluster.add_node("leaf", streams({"first", "second"}, stream_mode::all));
  cluster.step_seconds(50);
  cluster.drain("first");
  cluster.step_seconds(15);
  CHECK(cluster.drain_of("first").left == 1);
  CHECK_FALSE(has_link(cluster, "leaf", "first"));
  cluster.step_seconds(100);
  cluster.crash("first"); // what it was drained for
  cluster.step_seconds(20);
  cluster.start("first");
  CHECK(wait_for_link(cluster, "leaf", "first") <= 31'000);
  cluster.settle();
  CHECK(lacks(cluster, "first", "leaf") == "");
  CHECK(lacks(cluster, "second", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a drain that is called off leaves all where it is", "[sim]") {
  sim_cluster cluster{91};
  cluster.add_node("first");
  cluster.add_node("leaf", {{"first", "nowhere"}});
  cluster.step_seconds(50);
  cluster.drain("first");
  cluster.step_seconds(20);
  CHECK(cluster.drain_of("first").staying.size() == 1);
  cluster.drain("first", false);
  cluster.step_seconds(3);
  cluster.add_node("nowhere");
  cluster.step_seconds(100);
  CHECK(has_link(cluster, "leaf", "first"));
  CHECK_FALSE(has_link(cluster, "leaf", "nowhere"));
  cluster.settle();
  CHECK(lacks(cluster, "first", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a relay without a history changes its parent", "[sim]") {
  sim_cluster cluster{92};
  cluster.add_node("first");
  cluster.add_node("second");
  sim_plan relay{{"first", "second"}};
  relay.mode = db_mode::none;
  cluster.add_node("relay", relay);
  cluster.add_node("leaf", {{"relay"}});
  cluster.step_seconds(60);
  cluster.drain("first");
  cluster.step_seconds(60);
  CHECK(has_link(cluster, "relay", "second"));
  cluster.drain("first", false);
  CHECK(wait_for_link(cluster, "relay", "first") <= 31'000);
  cluster.step_seconds(60);
  cluster.settle();
  CHECK(lacks(cluster, "first", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a reload touches only the links concerned", "[sim]") {
  sim_cluster cluster{93};
  for (auto name : {"a", "b", "c"})
    cluster.add_node(name);
  cluster.add_node("leaf", streams({"a", "b"}, stream_mode::all));
  cluster.step_seconds(30);
  auto connects = cluster.network().connects();
  cluster.reload("leaf", [](node_options& x) {
    x.sender.destinations = {{transport::tcp, "c", {}, {}, false},
                             {transport::tcp, "b", {}, {}, false}};
  });
  cluster.step_seconds(30);
  CHECK_FALSE(has_link(cluster, "leaf", "a"));
  CHECK(has_link(cluster, "leaf", "b"));
  CHECK(has_link(cluster, "leaf", "c"));
  CHECK(cluster.network().connects() == connects + 1);
  cluster.reload("leaf", [](node_options& x) {
    x.sender.destinations = {{transport::tcp, "b", {}, {}, false}};
    x.sender.mode = stream_mode::failover;
  });
  cluster.step_seconds(30);
  CHECK_FALSE(has_link(cluster, "leaf", "c"));
  CHECK(has_link(cluster, "leaf", "b"));
  cluster.settle();
  CHECK(lacks(cluster, "b", "leaf") == "");
  CHECK(joined(cluster.faults) == "");
}

namespace {

/// Cuts, crashes, drains and silence at random below one top.
class troubles {
public:
  explicit troubles(uint64_t seed) : cluster_(seed) {
    static constexpr stream_mode modes[]
        = {stream_mode::failover, stream_mode::all, stream_mode::freshest};
    mode_ = modes[seed % 3];
    cluster_.add_node("top");
    cluster_.add_node("first", {{"top"}});
    cluster_.add_node("second", {{"top"}});
    cluster_.add_node("leaf", streams({"first", "second"}, mode_));
  }

  void run() {
    for (int i = 0; i < 12; ++i) {
      cluster_.step(500 + below(40'000));
      disturb(below(2) == 0 ? "first" : "second");
    }
    for (auto name : {"first", "second"}) {
      if (!cluster_.running(name))
        cluster_.start(name);
      cluster_.drain(name, false);
    }
    cluster_.network().heal();
    cluster_.step(1'100'000); // also after the longest wait to go back
    cluster_.settle();
    // All that anybody has is at the top, and at the parent that has the link.
    CHECK(lacks(cluster_, "top", "leaf") == "");
    for (auto parent : {"first", "second"}) {
      CHECK(joined(check_values(cluster_, parent, "leaf")) == "");
      CHECK(joined(check_promises(cluster_, parent)) == "");
      if (has_link(cluster_, "leaf", parent))
        CHECK(lacks(cluster_, parent, "leaf") == "");
    }
    CHECK(has_link(cluster_, "leaf", "first")
          == (mode_ != stream_mode::freshest
              || !has_link(cluster_, "leaf", "second")));
    CHECK((mode_ != stream_mode::all || has_link(cluster_, "leaf", "second")));
    CHECK(joined(cluster_.faults) == "");
  }

private:
  int64_t below(uint64_t bound) {
    return static_cast<int64_t>(cluster_.random(bound));
  }

  void disturb(const std::string& parent) {
    auto& network = cluster_.network();
    switch (below(7)) {
    case 0:
      network.cut("leaf", parent);
      break;
    case 1:
      network.stall("leaf", parent);
      cluster_.step(below(60'000));
      network.heal();
      break;
    case 2:
      network.refuse("leaf", parent);
      network.cut("leaf", parent);
      cluster_.step(below(60'000));
      network.heal();
      break;
    case 3:
      if (!cluster_.running(parent)) {
        cluster_.start(parent);
        break;
      }
      cluster_.crash(parent, below(2) == 0);
      if (below(3) != 0) {
        cluster_.step(below(20'000));
        cluster_.start(parent);
      }
      break;
    case 4:
    case 5:
      if (cluster_.running(parent))
        cluster_.drain(parent, !cluster_.drain_of(parent).is_on);
      break;
    case 6:
      cluster_.hold_disk("top");
      cluster_.step(below(20'000));
      cluster_.release_disks();
      break;
    }
  }

  sim_cluster cluster_;
  stream_mode mode_ = stream_mode::failover;
};

} // namespace

TEST_CASE("random troubles of two parents lose nothing", "[sim]") {
  for (auto seed : seeds_from(1, 30, 30)) {
    INFO("TRIBUTARY_SEED=" << seed);
    troubles{seed}.run();
  }
}
