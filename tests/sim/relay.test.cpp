/// Chains and several children: every node on the way is child and parent.

#include <catch2/catch.hpp>

#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

void check_everywhere(sim_cluster& cluster) {
  CHECK(joined(check_equal(cluster, "leaf", "relay", "leaf")) == "");
  CHECK(joined(check_equal(cluster, "relay", "top", "leaf")) == "");
  CHECK(joined(check_equal(cluster, "relay", "top", "relay")) == "");
  CHECK(cluster.values("top", "leaf").size()
        == cluster.origin_of("leaf").reads.size());
}

} // namespace

TEST_CASE("a relay passes its children's hosts on", "[sim]") {
  sim_cluster cluster{21};
  add_chain(cluster);
  cluster.step_seconds(200);
  cluster.settle(30);
  check_everywhere(cluster);
  require_good(cluster);
}

TEST_CASE("a relay passes on what comes and goes by other codecs", "[sim]") {
  sim_cluster cluster{27};
  cluster.add_node("top");
  sim_plan plan{{"top"}};
  plan.codecs = {link_codec::lz4};
  cluster.add_node("relay", plan);
  plan.parents = {"relay"};
  plan.codecs = {link_codec::zstd};
  cluster.add_node("leaf", plan);
  cluster.step_seconds(100);
  // Of two links: each second of two hosts on one, of one on the other.
  CHECK(cluster.network().packed_messages() > 250);
  cluster.crash("relay", true);
  cluster.step_seconds(10);
  cluster.start("relay");
  cluster.step_seconds(60);
  cluster.settle(30);
  CHECK(joined(check_equal(cluster, "leaf", "relay", "leaf")) == "");
  CHECK(joined(check_equal(cluster, "relay", "top", "leaf")) == "");
  require_good(cluster);
}

TEST_CASE("what is not offered is not packed", "[sim]") {
  sim_cluster cluster{28};
  cluster.add_node("parent");
  sim_plan plan{{"parent"}};
  plan.codecs.clear();
  cluster.add_node("child", plan);
  cluster.step_seconds(60);
  CHECK(cluster.network().packed_messages() == 0);
  CHECK(cluster.values("parent", "child").size() > 50);
  require_good(cluster);
}

TEST_CASE("a relay that crashes again and again loses nothing", "[sim]") {
  sim_cluster cluster{22};
  add_chain(cluster);
  for (int i = 0; i < 8; ++i) {
    cluster.step(25'000 + static_cast<int64_t>(cluster.random(40'000)));
    cluster.crash("relay", cluster.random(2) == 0);
    cluster.step(static_cast<int64_t>(cluster.random(30'000)));
    cluster.start("relay");
    CHECK(joined(check_promises(cluster, "relay")) == "");
  }
  cluster.step_seconds(90);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "leaf", "relay", "leaf")) == "");
  CHECK(joined(check_equal(cluster, "relay", "top", "leaf")) == "");
  require_good(cluster);
}

TEST_CASE("history that a relay gets late goes on upwards", "[sim]") {
  sim_cluster cluster{23};
  add_chain(cluster);
  cluster.step_seconds(40);
  cluster.network().refuse("leaf", "relay");
  cluster.network().cut("leaf", "relay");
  cluster.step_seconds(400);
  cluster.network().heal();
  cluster.step_seconds(60);
  cluster.settle();
  check_everywhere(cluster);
  require_good(cluster);
}

TEST_CASE("a top that was away long gets all hosts of the relay", "[sim]") {
  sim_cluster cluster{24};
  add_chain(cluster);
  cluster.step_seconds(40);
  cluster.crash("top");
  cluster.step_seconds(500);
  cluster.start("top");
  cluster.step_seconds(60);
  cluster.settle();
  check_everywhere(cluster);
  require_good(cluster);
}

TEST_CASE("several children share a parent", "[sim]") {
  sim_cluster cluster{25};
  cluster.add_node("parent");
  for (auto name : {"a", "b", "c", "d"})
    cluster.add_node(name, {{"parent"}});
  cluster.step_seconds(100);
  cluster.crash("b");
  cluster.network().cut("c", "parent");
  cluster.step_seconds(30);
  cluster.start("b");
  cluster.step_seconds(60);
  cluster.settle();
  for (auto name : {"a", "c", "d"})
    CHECK(joined(check_equal(cluster, name, "parent", name)) == "");
  require_good(cluster);
}

TEST_CASE("a child with two parents fails over and comes back", "[sim]") {
  sim_cluster cluster{26};
  cluster.add_node("first");
  cluster.add_node("second");
  cluster.add_node("child", {{"first", "second"}});
  cluster.step_seconds(40);
  cluster.crash("first");
  cluster.step_seconds(80);
  CHECK(cluster.network().open_links("child", "second") == 1);
  CHECK(cluster.values("second", "child").size() > 100);
  cluster.start("first");
  cluster.crash("second");
  cluster.step_seconds(80);
  CHECK(cluster.network().open_links("child", "first") == 1);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "first", "child")) == "");
  // What `second` lacks it is owed for when it comes back; not an error.
  CHECK(joined(check_cluster(cluster)) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a host moves from one relay to another under the same top",
          "[sim]") {
  sim_cluster cluster{27};
  cluster.add_node("top");
  cluster.add_node("left", {{"top"}});
  cluster.add_node("right", {{"top"}});
  cluster.add_node("leaf", {{"left", "right"}});
  cluster.step_seconds(60);
  for (int i = 0; i < 4; ++i) {
    cluster.network().cut("leaf", "left");
    cluster.network().cut("leaf", "right");
    cluster.step_seconds(50);
  }
  cluster.settle();
  CHECK(joined(check_equal(cluster, "leaf", "top", "leaf")) == "");
  CHECK(joined(check_cluster(cluster)) == "");
  CHECK(joined(cluster.faults) == "");
}
