/// More than the lanes hold: a host of many columns and a parent that does not
/// acknowledge.

#include <catch2/catch.hpp>

#include "actors/link/session.hpp"
#include "store/store.hpp"
#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

/// Ticks of the child's host that the stopped node has.
int64_t stored_ticks(sim_cluster& cluster, const std::string& node) {
  auto opened = store::open(cluster.store_path(node), cluster.id_of(node), {});
  if (!opened)
    return -1;
  auto& store = **opened;
  if (store.replay([](journal_position, const journal_item&) {}))
    return -1;
  return store.durable(store.number_of(cluster.id_of("child"))).count();
}

} // namespace

TEST_CASE("what the live lane can't hold comes as windows", "[sim]") {
  sim_cluster cluster{41};
  cluster.add_node("parent");
  sim_plan plan{{"parent"}};
  plan.wide_gauges = 20'000; // some 180 KB a frame
  cluster.add_node("child", plan);
  cluster.step_seconds(5);
  // The link lives and the disk hangs: nothing is acknowledged.
  cluster.hold_disk("parent");
  cluster.step_seconds(130);
  CHECK(cluster.network().connects() == 1);
  // Credit bounds what is on its way, whatever waits.
  auto credit = session_options{}.credit_bytes;
  CHECK(cluster.network().unacked_bytes_max() <= credit);
  CHECK(cluster.network().unacked_bytes_max() > credit / 2);
  cluster.settle(90);
  CHECK(cluster.network().connects() == 1);
  CHECK(cluster.network().blocks() > 0);
  CHECK(joined(cluster.faults) == "");
  cluster.stop("child");
  cluster.stop("parent");
  CHECK(joined(check_debts(cluster, "child")) == "");
  auto reads = static_cast<int64_t>(cluster.origin_of("child").reads.size());
  CHECK(stored_ticks(cluster, "child") == reads);
  CHECK(stored_ticks(cluster, "parent") == reads);
}
