/// Random schedules of faults by seed, over a chain of three or a leaf with two
/// relays under one top. After each the cluster is healed, and then nothing may
/// be missing.

#include <cerrno>

#include <catch2/catch.hpp>

#include "tests/faults/failing_disk.hpp"
#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

/// One schedule.
class schedule {
public:
  explicit schedule(uint64_t seed)
      : cluster_(seed), two_relays_(seed % 3 == 0) {
    // nop
  }

  sim_findings run() {
    cluster_.expects_restarts = true;
    cluster_.add_node("top", plan({}));
    cluster_.add_node("relay", plan({"top"}));
    if (two_relays_) {
      cluster_.add_node("second", plan({"top"}));
      cluster_.add_node("leaf", plan({"relay", "second"}));
    } else {
      cluster_.add_node("leaf", plan({"relay"}));
    }
    auto minutes = 4 + below(8);
    auto end = cluster_.now_ms() + minutes * 60'000;
    while (cluster_.now_ms() < end) {
      cluster_.step(500 + below(45'000));
      disturb();
      if (!findings_.empty())
        return findings_;
    }
    for (auto& name : cluster_.names())
      if (!cluster_.running(name))
        cluster_.start(name);
    cluster_.finish_slow_collectors();
    for (auto& name : cluster_.names())
      cluster_.set_clock_offset(name, 0);
    cluster_.network().heal();
    cluster_.release_disks();
    cluster_.step(below(90'000));
    return two_relays_ ? settle_and_check_top() : settle_and_check(cluster_);
  }

  const std::vector<std::string>& log() const {
    return cluster_.log();
  }

private:
  /// With two relays the one that the leaf left owes nothing and may lack much,
  /// but whatever anybody has is at the top.
  sim_findings settle_and_check_top() {
    cluster_.settle();
    auto result = cluster_.faults;
    for (auto node : {"leaf", "relay", "second"}) {
      auto found = check_arrived(cluster_, node, "top", "leaf");
      result.insert(result.end(), found.begin(), found.end());
    }
    for (auto& node : cluster_.names())
      for (auto check : {check_promises(cluster_, node),
                         check_values(cluster_, node, "leaf")})
        result.insert(result.end(), check.begin(), check.end());
    return result;
  }

  int64_t below(uint64_t bound) {
    return static_cast<int64_t>(cluster_.random(bound));
  }

  sim_plan plan(std::vector<std::string> parents) {
    sim_plan result{std::move(parents)};
    result.commit_every_ms = below(2) == 0 ? 1000 : 5000;
    return result;
  }

  std::string any_node() {
    auto names = cluster_.names();
    return names[cluster_.random(names.size())];
  }

  std::pair<std::string, std::string> any_way() {
    using way = std::pair<std::string, std::string>;
    std::string relay = two_relays_ && below(2) == 0 ? "second" : "relay";
    return below(2) == 0 ? way{"leaf", relay} : way{relay, "top"};
  }

  void disturb() {
    auto way = any_way();
    auto node = any_node();
    switch (below(14)) {
    case 0:
    case 1:
      cluster_.network().cut(way.first, way.second);
      break;
    case 2:
      cluster_.network().stall(way.first, way.second);
      heal_later();
      break;
    case 3:
      cluster_.network().refuse(way.first, way.second);
      cluster_.network().cut(way.first, way.second);
      heal_later();
      break;
    case 4:
      cluster_.network().heal();
      break;
    case 5:
    case 6:
      crash_or_start(node);
      break;
    case 7:
      if (cluster_.running(node)) {
        cluster_.stop(node);
        cluster_.step(below(20'000));
        cluster_.start(node);
      }
      break;
    case 8:
      step_clock("leaf");
      break;
    case 9:
      if (cluster_.running(node)) {
        cluster_.hold_disk(node);
        cluster_.step(below(15'000));
        if (below(3) == 0 && cluster_.running(node))
          cluster_.crash(node);
        cluster_.release_disks();
      }
      break;
    case 10:
    case 11:
      for (auto n = below(4); n >= 0; --n) {
        if (cluster_.running(node))
          cluster_.kill(node, any_actor());
        cluster_.step(below(3'000));
      }
      break;
    case 12: // those above have clocks of their own
      step_clock(two_relays_ && below(2) == 0 ? "second" : way.second);
      break;
    case 13:
      break_disk(node);
      break;
    }
  }

  /// Some writes fail, or all for a while; now and then it dies with them.
  void break_disk(const std::string& node) {
    place_disk(cluster_.store_path(node));
    for (auto n = below(3); n >= 0; --n) {
      fail_calls(1 + below(8), below(2) == 0 ? 1 + below(4) : 1'000'000,
                 below(2) == 0 ? EIO : ENOSPC,
                 static_cast<disk_fault>(below(3)));
      cluster_.step(below(8'000));
      if (below(4) == 0 && cluster_.running(node))
        cluster_.crash(node);
      repair_disk();
      if (below(2) == 0)
        cluster_.step(below(3'000));
    }
  }

  const char* any_actor() {
    static const char* const actors[]
        = {"writer", "ingest",   "reader", "connector", "framer",
           "live",   "listener", "uplink", "session",   "collector sim.first"};
    return actors[below(std::size(actors))];
  }

  void heal_later() {
    if (below(4) == 0)
      return;
    cluster_.step(below(60'000));
    cluster_.network().heal();
  }

  void crash_or_start(const std::string& node) {
    if (!cluster_.running(node)) {
      cluster_.start(node);
      return;
    }
    cluster_.crash(node, below(2) == 0);
    if (below(3) == 0)
      return; // stays away
    cluster_.step(below(10'000));
    cluster_.start(node);
    findings_ = check_promises(cluster_, node);
  }

  void step_clock(const std::string& node) {
    static const int64_t offsets[]
        = {0,       0,      3'000,     -3'000,   120'000,
           -40'000, 15'000, 3'600'000, -900'000, 34'560'000'000};
    cluster_.finish_slow_collectors();
    cluster_.set_clock_offset(node, offsets[below(std::size(offsets))]);
  }

  sim_cluster cluster_;
  bool two_relays_;
  sim_findings findings_;
};

void check_seed(uint64_t seed) {
  schedule what{seed};
  auto findings = what.run();
  INFO("TRIBUTARY_SEED=" << seed << "\n" << joined(findings));
  CHECK(findings.empty());
}

} // namespace

TEST_CASE("random schedules end with everything everywhere", "[sim]") {
  for (auto seed : seeds_from(1, 200))
    check_seed(seed);
}
