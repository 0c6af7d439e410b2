#include "schema/coverage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <type_traits>

#include "tests/schema/describe.hpp"
#include "tests/schema/random_seed.hpp"

using namespace tributary;

namespace {

constexpr tick ticks_max = 60;

/// What coverage means, one tick at a time.
using naive_coverage = std::map<tick, epoch_number>;

void naive_add(naive_coverage& x, coverage_run run) {
  for (auto t = run.from; t <= run.to; ++t)
    if (run.epoch > x[t])
      x[t] = run.epoch;
  for (auto i = x.begin(); i != x.end();)
    i = i->second == 0 ? x.erase(i) : std::next(i);
}

void check_equal(const coverage& x, const naive_coverage& naive) {
  for (tick t = 0; t <= ticks_max + 1; ++t) {
    auto i = naive.find(t);
    REQUIRE(x.epoch_at(t) == (i == naive.end() ? 0 : i->second));
    REQUIRE(x.contains(t) == (i != naive.end()));
  }
  REQUIRE(x.count() == static_cast<int64_t>(naive.size()));
  REQUIRE(x.oldest() == (naive.empty() ? 0 : naive.begin()->first));
  REQUIRE(x.newest() == (naive.empty() ? 0 : naive.rbegin()->first));
  for (size_t i = 0; i < x.runs().size(); ++i) {
    auto& run = x.runs()[i];
    REQUIRE(run.from <= run.to);
    REQUIRE(run.epoch > 0);
    if (i == 0)
      continue;
    auto& before = x.runs()[i - 1];
    REQUIRE(before.to < run.from);
    // What could be one run is one run.
    REQUIRE((before.epoch != run.epoch || before.to + 1 < run.from));
  }
}

void check_equal(const tick_set& x, const std::set<tick>& naive) {
  for (tick t = -1; t <= ticks_max + 1; ++t)
    REQUIRE(x.contains(t) == (naive.count(t) != 0));
  REQUIRE(x.count() == static_cast<int64_t>(naive.size()));
  REQUIRE(x.empty() == naive.empty());
  for (size_t i = 0; i < x.ranges().size(); ++i) {
    REQUIRE(x.ranges()[i].from <= x.ranges()[i].to);
    if (i > 0)
      REQUIRE(x.ranges()[i - 1].to + 1 < x.ranges()[i].from);
  }
}

/// A run of up to 12 ticks; one in eight is empty.
tick_range random_range(std::mt19937_64& engine) {
  auto from = static_cast<tick>(1 + below(engine, ticks_max - 12));
  if (below(engine, 8) == 0)
    return {from, from - 1 - static_cast<tick>(below(engine, 3))};
  return {from, from + static_cast<tick>(below(engine, 12))};
}

coverage_run random_run(std::mt19937_64& engine) {
  auto range = random_range(engine);
  return {range.from, range.to, static_cast<epoch_number>(below(engine, 5))};
}

} // namespace

TEST_CASE("coverage is what a tick-by-tick map says", "[schema][random]") {
  auto seed = random_seed("coverage add, drop_before");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 300; ++round) {
    coverage x;
    naive_coverage naive;
    for (int step = 0; step < 16; ++step) {
      if (below(engine, 10) == 0) {
        auto t = static_cast<tick>(below(engine, ticks_max));
        x.drop_before(t);
        naive.erase(naive.begin(), naive.lower_bound(t));
      } else {
        auto run = random_run(engine);
        tick_range range{run.from, run.to};
        auto before = x;
        auto held = x.runs_in(range);
        x.add(run);
        auto added = x;
        x.restore(range, held); // as if it had never been added
        REQUIRE(x.runs() == before.runs());
        x.remove(range);
        x.restore(range, held);
        REQUIRE(x.runs() == before.runs());
        x = added;
        naive_add(naive, run);
      }
      INFO(describe(x));
      check_equal(x, naive);
    }
  }
}

TEST_CASE("missing is what the other lacks or has of a lower epoch",
          "[schema][random]") {
  auto seed = random_seed("coverage missing_in");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 1000; ++round) {
    coverage mine;
    coverage theirs;
    for (auto n = below(engine, 8); n > 0; --n)
      mine.add(random_run(engine));
    for (auto n = below(engine, 8); n > 0; --n)
      theirs.add(random_run(engine));
    std::set<tick> naive;
    for (tick t = 1; t <= ticks_max; ++t)
      if (mine.epoch_at(t) > theirs.epoch_at(t))
        naive.insert(t);
    INFO("mine " << describe(mine) << " theirs " << describe(theirs));
    check_equal(mine.missing_in(theirs), naive);
  }
}

TEST_CASE("a tick set is a set of ticks", "[schema][random]") {
  auto seed = random_seed("tick_set");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 300; ++round) {
    tick_set x;
    std::set<tick> naive;
    for (int step = 0; step < 16; ++step) {
      auto range = random_range(engine);
      auto adds = below(engine, 3) != 0;
      if (adds)
        x.add(range);
      else
        x.remove(range);
      for (auto t = range.from; t <= range.to; ++t)
        if (adds)
          naive.insert(t);
        else
          naive.erase(t);
      check_equal(x, naive);
    }
  }
}

TEST_CASE("parts of a tick set are found by ranges and by sets",
          "[schema][random]") {
  auto seed = random_seed("tick_set_parts");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 300; ++round) {
    tick_set x;
    tick_set y;
    for (int step = 0; step < 4; ++step) {
      x.add(random_range(engine));
      y.add(random_range(engine));
      auto range = random_range(engine);
      std::set<tick> part;
      for (auto t = range.from; t <= range.to; ++t)
        if (x.contains(t))
          part.insert(t);
      check_equal(x.within(range), part);
      CHECK(x.overlaps(range) == !part.empty());
      bool share = false;
      for (auto& z : y.ranges())
        share = share || x.overlaps(z);
      CHECK(x.overlaps(y) == share);
      CHECK(y.overlaps(x) == share);
    }
  }
  CHECK(!tick_set{}.overlaps(tick_range{1, 9}));
  CHECK(!tick_set{}.overlaps(tick_set{}));
}

TEST_CASE("a run of a higher epoch holds whichever came first", "[schema]") {
  coverage early_first;
  early_first.add({10, 20, 1});
  early_first.add({15, 30, 2});
  coverage late_first;
  late_first.add({15, 30, 2});
  late_first.add({10, 20, 1});
  CHECK(describe(early_first) == "10..14@1 15..30@2 ");
  CHECK(describe(late_first) == describe(early_first));
}

TEST_CASE("a run inside one of a lower epoch splits it", "[schema]") {
  coverage x;
  x.add({10, 20, 1});
  x.add({13, 15, 2});
  CHECK(describe(x) == "10..12@1 13..15@2 16..20@1 ");
}

TEST_CASE("runs of one epoch that touch become one", "[schema]") {
  coverage x;
  x.add({10, 12, 1});
  x.add({14, 20, 1});
  x.add({13, 13, 1});
  CHECK(describe(x) == "10..20@1 ");
}

TEST_CASE("empty runs and epoch 0 add nothing", "[schema]") {
  coverage x;
  x.add({10, 9, 1});
  x.add({10, 20, 0});
  CHECK(x.runs().empty());
  CHECK(x.newest() == 0);
  CHECK(x.oldest() == 0);
}

TEST_CASE("removing an empty range splits nothing", "[schema]") {
  tick_set x;
  x.add({20, 30});
  x.remove({27, 26});
  x.remove({27, 20});
  CHECK(x.ranges() == std::vector<tick_range>{{20, 30}});
}

TEST_CASE("coverage reaches up to the last tick", "[schema]") {
  coverage x;
  x.add({1, tick_max, 1});
  x.add({1, tick_max, 1});
  x.add({tick_max, tick_max, 2});
  CHECK(x.count() == tick_max);
  CHECK(x.epoch_at(tick_max) == 2);
  CHECK(x.missing_in(coverage{}).count() == tick_max);
  CHECK(x.missing_in(x).empty());
  tick_set ticks;
  ticks.add({1, tick_max});
  ticks.remove({tick_max, tick_max});
  CHECK(ticks.count() == tick_max - 1);
}

TEST_CASE("comparing a hundred thousand holes is a matter of one pass",
          "[schema]") {
  coverage mine;
  mine.add({1, 400'000, 1});
  coverage theirs;
  for (tick t = 1; t <= 400'000; t += 4)
    theirs.add({t, t + 1, 1});
  auto missing = mine.missing_in(theirs);
  CHECK(missing.count() == 200'000);
  CHECK(missing.ranges().size() == 100'000);
}

TEST_CASE("a loop over what ends with its head has it all", "[schema]") {
  auto made = [] {
    tick_set result;
    for (tick t = 1; t <= 1000; ++t)
      result.add({10 * t, 10 * t + 1});
    return result;
  };
  static_assert(!std::is_reference_v<decltype(made().ranges())>);
  static_assert(!std::is_reference_v<decltype(coverage{}.runs())>);
  int64_t count = 0;
  for (auto& x : made().ranges())
    count += x.to - x.from + 1;
  CHECK(count == 2000);
}

TEST_CASE("the last ticks are those of the last lives", "[schema]") {
  coverage x;
  CHECK(x.last(60).empty());
  x.add({100, 199, 1});
  CHECK(x.last(60).ranges() == std::vector<tick_range>{{140, 199}});
  x.add({9'000, 9'001, 1}); // the clock was far ahead
  CHECK(x.last(60).ranges()
        == std::vector<tick_range>{{142, 199}, {9'000, 9'001}});
  x.add({200, 229, 2}); // and went back
  CHECK(x.last(30).ranges() == std::vector<tick_range>{{200, 229}});
  CHECK(x.last(60).ranges()
        == std::vector<tick_range>{{172, 229}, {9'000, 9'001}});
  CHECK(x.last(1).ranges() == std::vector<tick_range>{{229, 229}});
  CHECK(x.last(0).empty());
  CHECK(x.last(1000).count() == x.count());
}

TEST_CASE("a range is removed from coverage", "[schema]") {
  coverage x;
  x.add({10, 19, 1});
  x.add({20, 29, 2});
  x.remove({15, 24});
  CHECK(x.runs() == std::vector<coverage_run>{{10, 14, 1}, {25, 29, 2}});
  x.remove({30, 40});
  x.remove({0, 14});
  CHECK(x.runs() == std::vector<coverage_run>{{25, 29, 2}});
}
