/// A child streams to its parent, over the links and crashes of every day.

#include <cerrno>
#include <cstdlib>

#include <catch2/catch.hpp>

#include "tests/faults/failing_disk.hpp"
#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

/// A child and its parent, joined.
void join(sim_cluster& cluster) {
  cluster.add_node("parent");
  cluster.add_node("child", {{"parent"}});
}

} // namespace

TEST_CASE("a child's values are at its parent", "[sim]") {
  sim_cluster cluster{1};
  join(cluster);
  cluster.step_seconds(30);
  CHECK(cluster.network().open_links("child", "parent") == 1);
  CHECK(cluster.values("parent", "child").size() > 20);
  cluster.step_seconds(270);
  cluster.settle(20);
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  // The parent streams to nobody, and the child knows nothing of it.
  CHECK(cluster.values("child", "parent").empty());
  require_good(cluster);
}

TEST_CASE("a late part travels behind its tick", "[sim]") {
  sim_cluster cluster{2};
  join(cluster);
  cluster.step_seconds(200);
  cluster.settle(20);
  size_t ticks = 0;
  for (auto& row : cluster.values("parent", "child"))
    ticks += row.second.values.count("sim.slow/a");
  CHECK(ticks == cluster.values("parent", "child").size());
  require_good(cluster);
}

TEST_CASE("a tick whose collectors are all late is there", "[sim]") {
  sim_cluster cluster{12};
  cluster.all_slow = true;
  join(cluster);
  cluster.step_seconds(200);
  cluster.settle(20);
  auto& reads = cluster.origin_of("child").reads;
  CHECK(reads.size() > 190);
  CHECK(cluster.values("child", "child").size() == reads.size());
  CHECK(cluster.values("parent", "child").size() == reads.size());
  for (auto& row : cluster.values("parent", "child"))
    CHECK(row.second.values.count("sim.slow/a") == 1);
  require_good(cluster);
}

TEST_CASE("a tick that no collector answers in time is counted", "[sim]") {
  sim_cluster cluster{13};
  cluster.all_slow = true;
  cluster.slow_ms_max = 4000;
  join(cluster);
  cluster.step_seconds(200);
  auto missed = cluster.figures_of("child").missed_ticks.load();
  cluster.settle(20);
  auto kept = cluster.values("child", "child");
  auto span = kept.rbegin()->first - kept.begin()->first + 1;
  auto gaps = span - static_cast<tick>(kept.size());
  CHECK(gaps > 20);
  // Some may be before the first and behind the last that is there.
  INFO(gaps << " gaps, " << missed << " missed");
  CHECK(std::abs(gaps - missed) <= 5);
}

TEST_CASE("a parent that is stopped and started gets what it missed", "[sim]") {
  sim_cluster cluster{3};
  join(cluster);
  cluster.step_seconds(45);
  cluster.stop("parent");
  cluster.step_seconds(40);
  cluster.start("parent");
  cluster.step_seconds(60);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  require_good(cluster);
}

TEST_CASE("a child that crashes loses no more than it had not committed",
          "[sim]") {
  sim_cluster cluster{4};
  cluster.add_node("parent");
  sim_plan plan{{"parent"}};
  plan.commit_every_ms = 5000;
  cluster.add_node("child", plan);
  for (int i = 0; i < 6; ++i) {
    cluster.step(31'700);
    auto before = cluster.origin_of("child").reads.size();
    cluster.crash("child");
    cluster.step_seconds(3);
    cluster.start("child");
    auto kept = cluster.values("child", "child").size();
    CHECK(kept + 6 + static_cast<size_t>(i) * 6 >= before);
  }
  cluster.step_seconds(70);
  require_good(cluster);
}

TEST_CASE("what a parent acknowledged survives its crash", "[sim]") {
  sim_cluster cluster{5};
  join(cluster);
  for (int i = 0; i < 12; ++i) {
    cluster.step(7'300 + static_cast<int64_t>(cluster.random(14'000)));
    cluster.crash("parent", cluster.random(2) == 0);
    cluster.step(static_cast<int64_t>(cluster.random(3000)));
    cluster.start("parent");
    CHECK(joined(check_promises(cluster, "parent")) == "");
  }
  cluster.step_seconds(60);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  require_good(cluster);
}

TEST_CASE("a cut link is resumed where it ended", "[sim]") {
  sim_cluster cluster{6};
  join(cluster);
  for (int i = 0; i < 10; ++i) {
    cluster.step(20'000 + static_cast<int64_t>(cluster.random(20'000)));
    cluster.network().cut("child", "parent");
  }
  cluster.step_seconds(30);
  CHECK(cluster.network().connects() == 11);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  require_good(cluster);
}

TEST_CASE("a stalled link is given up by both sides and resumed", "[sim]") {
  sim_cluster cluster{7};
  join(cluster);
  cluster.step_seconds(30);
  cluster.network().stall("child", "parent");
  cluster.step_seconds(10); // short of every time-out
  cluster.network().heal();
  cluster.step_seconds(10);
  CHECK(cluster.network().connects() == 1);
  cluster.network().stall("child", "parent");
  cluster.step_seconds(50);
  CHECK(cluster.logged("the parent is silent"));
  CHECK(cluster.logged("silent"));
  cluster.network().heal();
  cluster.step_seconds(60);
  CHECK(cluster.network().connects() == 2);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  require_good(cluster);
}

TEST_CASE("after a long absence all history comes as windows", "[sim]") {
  sim_cluster cluster{8};
  join(cluster);
  cluster.step_seconds(45);
  cluster.crash("parent");
  cluster.step_seconds(900); // the journal keeps a window or two
  cluster.start("parent");
  cluster.step_seconds(60);
  CHECK(cluster.logged("are owed to parent"));
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  require_good(cluster);
}

TEST_CASE("a new empty parent gets everything", "[sim]") {
  sim_cluster cluster{9};
  join(cluster);
  cluster.step_seconds(400);
  cluster.stop("parent");
  cluster.erase_store("parent");
  cluster.step_seconds(20);
  cluster.start("parent");
  cluster.step_seconds(100);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  require_good(cluster);
}

TEST_CASE("a child that comes late brings its past", "[sim]") {
  sim_cluster cluster{10};
  cluster.add_node("child", {{"parent"}}); // nobody answers yet
  cluster.step_seconds(300);
  cluster.add_node("parent");
  cluster.step_seconds(60);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  CHECK(cluster.values("parent", "child").size()
        == cluster.origin_of("child").reads.size());
  require_good(cluster);
}

TEST_CASE("a parent whose disk hangs acknowledges nothing", "[sim]") {
  sim_cluster cluster{11};
  join(cluster);
  cluster.step_seconds(30);
  cluster.hold_disk("parent");
  cluster.step_seconds(3);
  auto acked = cluster.figures_of("child").acked_frames.load();
  cluster.step_seconds(20);
  CHECK(cluster.figures_of("child").acked_frames.load() == acked);
  // Published all the same: a query finds what is not durable.
  CHECK(cluster.values("parent", "child").size() > 45);
  cluster.crash("parent"); // with all of it
  cluster.start("parent");
  CHECK(joined(check_promises(cluster, "parent")) == "");
  CHECK(cluster.values("parent", "child").size() < 40);
  cluster.step_seconds(30);
  CHECK(cluster.figures_of("child").acked_frames.load() > acked);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  require_good(cluster);
}

TEST_CASE("a child whose disk hangs publishes and loses only its own copy",
          "[sim]") {
  sim_cluster cluster{12};
  join(cluster);
  cluster.step_seconds(30);
  cluster.hold_disk("child");
  cluster.step_seconds(25);
  CHECK(cluster.values("parent", "child").size() > 45);
  cluster.crash("child");
  cluster.start("child");
  CHECK(cluster.values("child", "child").size() < 40);
  cluster.step_seconds(60);
  require_good(cluster);
}

TEST_CASE("a parent whose disk fails goes on and acknowledges nothing",
          "[sim]") {
  sim_cluster cluster{13};
  join(cluster);
  cluster.step_seconds(30);
  place_disk(cluster.store_path("parent"));
  for (int64_t call = 1; call <= 8; ++call) {
    fail_calls(call, 1'000'000, EIO, disk_fault::written);
    cluster.step_seconds(3);
    auto acked = cluster.figures_of("child").acked_frames.load();
    auto failed = cluster.figures_of("parent").commits_failed.load();
    auto shown = cluster.values("parent", "child").size();
    cluster.step_seconds(10);
    CHECK(cluster.figures_of("child").acked_frames.load() == acked);
    CHECK(cluster.figures_of("parent").commits_failed.load() > failed);
    CHECK(cluster.values("parent", "child").size() > shown + 5);
    // One that comes back meanwhile is shown as well.
    cluster.network().cut("child", "parent");
    shown = cluster.values("parent", "child").size();
    cluster.step_seconds(20);
    CHECK(cluster.values("parent", "child").size() > shown + 5);
    CHECK(cluster.figures_of("child").acked_frames.load() == acked);
    repair_disk();
    cluster.step_seconds(10);
    CHECK(cluster.figures_of("child").acked_frames.load() > acked);
  }
  CHECK(cluster.logged("commits succeed again"));
  fail_calls(1, 1'000'000, EIO);
  cluster.step_seconds(5);
  cluster.crash("parent");
  repair_disk();
  cluster.start("parent");
  CHECK(joined(check_promises(cluster, "parent")) == "");
  cluster.settle();
  CHECK(joined(check_equal(cluster, "child", "parent", "child")) == "");
  require_good(cluster);
}
