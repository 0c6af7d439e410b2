/// Relays that keep no history of the hosts of some key, beside others that
/// they keep.

#include <algorithm>

#include <catch2/catch.hpp>

#include "store/lmdb.hpp"
#include "store/tables.hpp"
#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

const guid passing_key = guid::from_words(2, 2);

/// `kept` and `passed` stream to `relay`, which keeps `kept` and itself.
void add_nodes(sim_cluster& cluster, sim_plan relay) {
  api_key_section section;
  section.key = passing_key;
  section.enabled = true;
  section.db = db_mode::none;
  relay.keys.push_back(section);
  cluster.add_node("relay", relay);
  cluster.add_node("kept", {{"relay"}});
  sim_plan passed{{"relay"}};
  passed.key = passing_key;
  cluster.add_node("passed", passed);
}

/// Blocks that a stopped node has of a host.
size_t blocks_of(sim_cluster& cluster, const std::string& node,
                 const std::string& host) {
  auto x = store::open(cluster.store_path(node), cluster.id_of(node), {});
  REQUIRE(x);
  auto number = (*x)->number_of(cluster.id_of(host));
  auto txn = (*x)->environment()->read();
  REQUIRE(txn);
  lmdb::cursor at{*txn, tables::tier0};
  size_t result = 0;
  for (auto more = at.first(); more; more = at.next())
    result += at.current_key().word(1) >> 32 == number ? 1 : 0;
  return result;
}

size_t stored_blocks(sim_cluster& cluster, const std::string& node,
                     const std::string& host) {
  cluster.stop(node);
  auto result = blocks_of(cluster, node, host);
  cluster.start(node);
  return result;
}

} // namespace

TEST_CASE("hosts of a key are passed on and not kept", "[sim]") {
  sim_cluster cluster{111};
  cluster.add_node("top");
  add_nodes(cluster, {{"top"}});
  cluster.step_seconds(400);
  CHECK(stored_blocks(cluster, "relay", "passed") <= 1); // the last by stop
  CHECK(stored_blocks(cluster, "relay", "kept") >= 5);
  cluster.step_seconds(100);
  // What is new is seen here as well.
  CHECK(cluster.values("relay", "passed").rbegin()->first + 5
        > cluster.values("passed", "passed").rbegin()->first);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "passed", "top", "passed")) == "");
  CHECK(joined(check_equal(cluster, "kept", "top", "kept")) == "");
  CHECK(joined(check_equal(cluster, "kept", "relay", "kept")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a relay keeps what it does not keep until its parent has it",
          "[sim]") {
  sim_cluster cluster{112};
  cluster.add_node("top");
  add_nodes(cluster, {{"top"}});
  cluster.step_seconds(60);
  cluster.crash("top");
  cluster.step_seconds(300);
  cluster.freeze(true);
  cluster.step_seconds(5);
  cluster.crash("passed"); // nobody else has its past now
  cluster.erase_store("passed");
  cluster.freeze(false);
  CHECK(stored_blocks(cluster, "relay", "passed") >= 4);
  cluster.start("top");
  cluster.step_seconds(200);
  CHECK(stored_blocks(cluster, "relay", "passed") == 0);
  auto at_top = cluster.values("top", "passed");
  CHECK(at_top.size() == cluster.origin_of("passed").reads.size());
  CHECK(joined(check_values(cluster, "top", "passed")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("of two parents both must have it", "[sim]") {
  sim_cluster cluster{113};
  cluster.add_node("top");
  cluster.add_node("second");
  sim_plan relay{{"top", "second"}};
  relay.parents_mode = stream_mode::all;
  add_nodes(cluster, relay);
  cluster.step_seconds(60);
  cluster.crash("second");
  cluster.crash("relay"); // it has to hear of both of them again
  cluster.start("relay");
  cluster.step_seconds(300);
  CHECK(stored_blocks(cluster, "relay", "passed") >= 4);
  cluster.start("second");
  cluster.step_seconds(300);
  CHECK(stored_blocks(cluster, "relay", "passed") <= 1);
  cluster.settle();
  for (auto parent : {"top", "second"})
    CHECK(joined(check_equal(cluster, "passed", parent, "passed")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a host that goes another way from now on goes there whole",
          "[sim]") {
  sim_cluster cluster{116};
  cluster.add_node("top");
  cluster.add_node("side");
  add_nodes(cluster, {{"top"}});
  cluster.reload("relay", [&](node_options& options) {
    for (auto& x : options.receiver.api_keys)
      x.db = {};
  });
  cluster.step_seconds(300);
  cluster.stop("side");
  cluster.reload("relay", [&](node_options& options) {
    for (auto& x : options.receiver.api_keys)
      if (x.key == passing_key) {
        x.db = db_mode::none;
        x.proxy.destinations = {{transport::tcp, "side", {}, {}, false}};
      }
  });
  cluster.step_seconds(100); // the top has it, and is not asked any more
  cluster.start("side");
  cluster.step_seconds(150);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "passed", "side", "passed")) == "");
  CHECK(stored_blocks(cluster, "relay", "passed") == 0);
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a host that is kept from now on is kept", "[sim]") {
  sim_cluster cluster{114};
  cluster.add_node("top");
  add_nodes(cluster, {{"top"}});
  cluster.step_seconds(150);
  auto change = [&](std::optional<db_mode> mode) {
    cluster.reload("relay", [&](node_options& options) {
      for (auto& x : options.receiver.api_keys)
        if (x.key == passing_key)
          x.db = mode;
    });
  };
  change({});
  cluster.step_seconds(300);
  CHECK(stored_blocks(cluster, "relay", "passed") >= 4);
  change(db_mode::none);
  cluster.step_seconds(100);
  CHECK(stored_blocks(cluster, "relay", "passed") <= 1);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "passed", "top", "passed")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a host that the parent could not take is brought again, with what "
          "came meanwhile",
          "[sim]") {
  sim_cluster cluster{115};
  cluster.add_node("top");
  add_nodes(cluster, {{"top"}});
  cluster.stop("passed");
  cluster.step_seconds(60);
  cluster.hold_disk("top");
  cluster.start("passed"); // a life that the top can't write down
  cluster.step_seconds(45);
  cluster.release_disks();
  cluster.step_seconds(15);
  CHECK(cluster.logged("the parent refuses host passed: busy"));
  CHECK(cluster.network().open_links("relay", "top") == 1);
  cluster.step_seconds(120);
  cluster.freeze(true);
  cluster.step_seconds(90); // its windows close
  // Over the same link, that did not compare again.
  CHECK(joined(check_equal(cluster, "passed", "top", "passed")) == "");
  CHECK(stored_blocks(cluster, "relay", "passed") <= 1);
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("nothing is lost of what is passed on, whatever happens", "[sim]") {
  for (auto seed : seeds_from(120, 4)) {
    INFO("TRIBUTARY_SEED=" << seed);
    sim_cluster cluster{seed};
    cluster.add_node("top");
    add_nodes(cluster, {{"top"}});
    cluster.step_seconds(40);
    for (int i = 0; i < 10; ++i) {
      cluster.step(static_cast<int64_t>(cluster.random(60'000)));
      switch (cluster.random(5)) {
      case 0:
        cluster.hold_disk(cluster.random(2) == 0 ? "top" : "relay");
        cluster.step_seconds(20);
        cluster.release_disks();
        break;
      case 1:
        cluster.network().cut("relay", "top");
        break;
      case 2:
        cluster.network().cut("passed", "relay");
        break;
      default:
        auto node = cluster.random(2) == 0 ? "top" : "relay";
        cluster.crash(node, cluster.random(2) == 0);
        cluster.step(static_cast<int64_t>(cluster.random(90'000)));
        cluster.start(node);
      }
    }
    cluster.step_seconds(90);
    cluster.settle();
    CHECK(joined(check_equal(cluster, "passed", "top", "passed")) == "");
    CHECK(cluster.values("top", "passed").size()
          == cluster.origin_of("passed").reads.size());
    CHECK(joined(check_equal(cluster, "kept", "top", "kept")) == "");
    CHECK(joined(cluster.faults) == "");
    CHECK(stored_blocks(cluster, "relay", "passed") == 0);
  }
}
