#include "tests/support/sim_checks.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <optional>

#include <catch2/catch.hpp>

#include "store/store.hpp"

namespace tributary {

namespace {

/// Findings of one check; more say nothing new.
constexpr size_t findings_max = 8;

class finder {
public:
  explicit finder(std::string where) : where_(std::move(where)) {
    // nop
  }

  void add(tick t, const std::string& words) {
    if (++count_ <= findings_max)
      findings_.push_back(where_ + " tick " + std::to_string(t) + ": " + words);
  }

  sim_findings take() {
    if (count_ > findings_max)
      findings_.push_back(where_ + ": " + std::to_string(count_) + " in all");
    return std::move(findings_);
  }

private:
  std::string where_;
  sim_findings findings_;
  size_t count_ = 0;
};

void append(sim_findings& to, sim_findings from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

void compare_rows(const sim_row& below, const sim_row& above, tick t,
                  finder& found) {
  if (above.epoch < below.epoch) {
    found.add(t, "epoch " + std::to_string(above.epoch) + ", below it is "
                     + std::to_string(below.epoch));
    return;
  }
  // A newer life's row that was lost below holds above.
  if (above.epoch > below.epoch)
    return;
  for (auto& kvp : below.values) {
    auto i = above.values.find(kvp.first);
    if (i == above.values.end())
      found.add(t, kvp.first + " is absent");
    else if (i->second != kvp.second)
      found.add(t, kvp.first + " is " + std::to_string(i->second)
                       + ", below it is " + std::to_string(kvp.second));
  }
}

} // namespace

sim_findings check_values(sim_cluster& cluster, const std::string& node,
                          const std::string& host) {
  finder found{node + " of " + host};
  auto& origin = cluster.origin_of(host);
  for (auto& kvp : cluster.values(node, host)) {
    auto t = kvp.first;
    auto reads = origin.reads.find(t);
    if (reads == origin.reads.end()) {
      found.add(t, "was never sealed");
      continue;
    }
    for (auto& value : kvp.second.values) {
      if (value.first == "sim.gauges/reads") {
        if (value.second < 1 || value.second > reads->second)
          found.add(t, "read number " + std::to_string(value.second));
        continue;
      }
      auto expected = sim_expected(origin.seed, value.first, t);
      if (value.second != expected)
        found.add(t, value.first + " is " + std::to_string(value.second)
                         + ", read was " + std::to_string(expected));
    }
  }
  return found.take();
}

sim_findings check_promises(sim_cluster& cluster, const std::string& node) {
  sim_findings result;
  auto promises = cluster.network().promises_of(node);
  for (auto& host : cluster.names()) {
    auto promised = promises->find(cluster.id_of(host));
    if (promised == promises->end())
      continue;
    finder found{node + " acknowledged of " + host};
    auto table = cluster.values(node, host);
    for (auto& run : promised->second.runs())
      for (auto t = run.from; t <= run.to; ++t) {
        auto row = table.find(t);
        if (row == table.end())
          found.add(t, "is not there");
        else if (row->second.epoch < run.epoch)
          found.add(t, "is of an older life");
      }
    append(result, found.take());
  }
  return result;
}

sim_findings check_arrived(sim_cluster& cluster, const std::string& below,
                           const std::string& above, const std::string& host) {
  finder found{above + " against " + below + " of " + host};
  auto upper = cluster.values(above, host);
  for (auto& kvp : cluster.values(below, host)) {
    auto row = upper.find(kvp.first);
    if (row == upper.end())
      found.add(kvp.first, "is not there");
    else
      compare_rows(kvp.second, row->second, kvp.first, found);
  }
  return found.take();
}

sim_findings check_equal(sim_cluster& cluster, const std::string& below,
                         const std::string& above, const std::string& host) {
  auto result = check_arrived(cluster, below, above, host);
  append(result, check_arrived(cluster, above, below, host));
  return result;
}

sim_findings check_cluster(sim_cluster& cluster) {
  sim_findings result;
  for (auto& node : cluster.names()) {
    if (!cluster.running(node))
      continue;
    append(result, check_promises(cluster, node));
    for (auto& host : cluster.names()) {
      append(result, check_values(cluster, node, host));
      auto& parents = cluster.plan_of(node).parents;
      if (parents.empty() || host == parents.front()
          || !cluster.running(parents.front()))
        continue;
      append(result, check_arrived(cluster, node, parents.front(), host));
    }
  }
  return result;
}

sim_findings check_debts(sim_cluster& cluster, const std::string& node) {
  sim_findings result;
  auto opened = store::open(cluster.store_path(node), cluster.id_of(node), {});
  if (!opened) {
    result.push_back(node + ": " + to_text(opened.error()));
    return result;
  }
  for (auto& subscriber : (*opened)->subscribers())
    for (auto& host : subscriber.second.owed)
      if (!host.second.empty())
        result.push_back(node + " owes " + to_string(subscriber.first) + " "
                         + std::to_string(host.second.count())
                         + " ticks of host " + std::to_string(host.first)
                         + " from "
                         + std::to_string(host.second.ranges().front().from));
  return result;
}

sim_findings settle_and_check(sim_cluster& cluster) {
  cluster.settle();
  auto result = check_cluster(cluster);
  // Leaves first, so that nobody waits for a parent.
  std::vector<std::string> order = cluster.names();
  std::stable_sort(order.begin(), order.end(), [&](auto& x, auto& y) {
    auto& parents = cluster.plan_of(x).parents;
    return std::find(parents.begin(), parents.end(), y) != parents.end();
  });
  for (auto& node : order)
    if (cluster.running(node))
      cluster.stop(node);
  for (auto& node : order)
    append(result, check_debts(cluster, node));
  append(result, cluster.faults);
  return result;
}

std::vector<uint64_t> seeds_from(uint64_t first, uint64_t usual,
                                 uint64_t count_max) {
  auto number = [](const char* name) {
    auto text = getenv(name);
    return text == nullptr ? std::nullopt
                           : std::optional{strtoull(text, nullptr, 10)};
  };
  if (auto only = number("TRIBUTARY_SEED"))
    return {*only};
  auto count = number("TRIBUTARY_SEEDS").value_or(usual);
  std::vector<uint64_t> result(std::min<uint64_t>(count, count_max));
  std::iota(result.begin(), result.end(), first);
  return result;
}

std::string joined(const sim_findings& findings) {
  std::string result;
  for (auto& x : findings)
    result += x + "\n";
  return result;
}

void require_good(sim_cluster& cluster) {
  auto findings = settle_and_check(cluster);
  INFO(joined(findings));
  REQUIRE(findings.empty());
}

void add_chain(sim_cluster& cluster, sim_plan relay) {
  cluster.add_node("top");
  cluster.add_node("relay", std::move(relay));
  cluster.add_node("leaf", {{"relay"}});
}

} // namespace tributary
