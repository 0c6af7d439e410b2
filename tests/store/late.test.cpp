#include <catch2/catch.hpp>

#include <random>

#include "tests/store/small_node.hpp"

/// Frames of windows that are blocks already.

using namespace tributary;
using examples::make_chart;
using examples::make_guid;
using examples::make_host;
using examples::origin;
using examples::small_node;
using examples::temporary_directory;

namespace {

constexpr tick start = 6000;

store_options kept() {
  store_options result;
  result.retention.seconds = 0;
  return result;
}

/// A node with one host, all of whose windows up to a tick are closed.
struct fixture {
  temporary_directory directory;
  small_node node;
  host_definition definition = make_host(2);
  host_number host = 0;
  origin from{1, {make_chart("c", {"x", "y"})}};

  explicit fixture(const store_options& options = kept())
      : node(directory.file("s"), options) {
    begin();
    // Blocks of the ticks 30 to 39 of twenty windows.
    for (tick window = start; window < start + 20 * 60; window += 60)
      for (tick t = window + 30; t < window + 40; ++t)
        REQUIRE(node.take(host, from.seal(t, {t, 1}, t == window + 30)));
    node.close(host, tick_max);
    while (node.store().has_work())
      node.commit();
    // Late frames are of a newer life, which has all ticks.
    from = origin{2, {make_chart("c", {"x", "y"})}};
    begin();
    node.commit();
  }

  void begin() {
    host = node.offer(definition);
    node.define(host, from);
  }

  void take(tick t, bool key = false) {
    REQUIRE(node.take(host, from.seal(t, {t + 1000, 2}, key)));
  }

  /// A commit, after as much work on windows as there is.
  commit_report commit() {
    node.prepare(size_t{1} << 40);
    return node.commit(true);
  }

  int64_t stored_value(tick t) {
    auto cells = node.blocks(host).cells;
    auto i = cells.find({t, "c", "x"});
    return i == cells.end() ? 0 : i->second.value;
  }

  int64_t visible_value(tick t) {
    return node.visible(host).cells.at({t, "c", "x"}).value;
  }
};

} // namespace

TEST_CASE("late frames of a window are merged together", "[store]") {
  fixture f;
  auto before = f.node.store().journal_end();
  size_t merges = 0;
  for (tick t = start; t < start + 60; ++t) {
    f.take(t, t == start);
    if (t % 12 != 11)
      continue;
    auto report = f.commit();
    merges += report.merged.size();
    CHECK(report.journal_end == f.node.store().staged_end()); // acks go on
    CHECK(f.visible_value(t) == t + 1000);
    CHECK(f.stored_value(t) != t + 1000);
  }
  CHECK(f.node.store().journal_end() == before + 60);
  CHECK(merges == 0);
  CHECK(f.commit().merged.empty()); // this one brought no more
  auto report = f.commit();
  REQUIRE(report.merged.size() == 1);
  CHECK(report.merged[0].start == start);
  CHECK(report.merged[0].position == before + 60);
  for (tick t = start; t < start + 60; ++t)
    CHECK(f.stored_value(t) == t + 1000);
  CHECK_FALSE(f.node.store().has_late());
  CHECK_FALSE(f.node.store().has_work());
}

TEST_CASE("late frames that never end are merged now and then", "[store]") {
  fixture f;
  size_t merges = 0;
  for (tick t = start; t < start + 40; ++t) {
    f.take(t, t == start);
    merges += f.commit().merged.size();
  }
  CHECK(merges >= 3);
  CHECK(merges <= 5);
}

TEST_CASE("late frames that rest are had again after a crash", "[store]") {
  fixture f;
  auto key = f.node.store().staged_end() + 1;
  for (tick t = start; t < start + 10; ++t) {
    f.take(t, t == start);
    f.commit();
    CHECK(f.node.store().journal_first() <= key);
  }
  CHECK(f.stored_value(start + 9) == 0);
  f.node.crash();
  CHECK(f.stored_value(start + 9) == start + 1009);
  CHECK(f.node.blocks(f.host).epochs.at(start + 5) == 2);
}

TEST_CASE("deltas to late frames that are merged find their base", "[store]") {
  fixture f;
  for (tick t = start; t < start + 5; ++t)
    f.take(t, t == start);
  for (int i = 0; i < 4; ++i)
    f.commit();
  CHECK(f.stored_value(start + 4) == start + 1004);
  f.take(start + 5);
  auto report = f.commit();
  CHECK(report.merged.empty()); // it rests: the journal has its key frame
  CHECK(report.journal_end == f.node.store().staged_end());
  f.node.crash();
  CHECK(f.stored_value(start + 5) == start + 1005);
}

TEST_CASE("the journal is not kept for ever for deltas to come", "[store]") {
  fixture f;
  for (tick t = start; t < start + 5; ++t)
    f.take(t, t == start);
  // Others go on and close their windows; the journal has one entry at least.
  auto other = f.node.offer(make_host(3));
  origin more{1, {make_chart("c", {"x"})}};
  f.node.define(other, more);
  auto key = f.node.store().staged_end() - 4;
  for (tick t = 60'000; t < 60'000 + 40 * 60; t += 60) {
    REQUIRE(f.node.take(other, more.seal(t, {t}, true)));
    f.node.close(other, tick_max);
    f.commit();
  }
  CHECK(f.node.store().journal_first() > key);
  f.take(start + 5); // in the commit of its frame, since no journal has its key
  auto report = f.commit();
  CHECK(report.merged.size() == 1);
  CHECK(f.stored_value(start + 5) == start + 1005);
}

TEST_CASE("few windows are merged at once", "[store]") {
  auto options = kept();
  options.windows_per_commit_max = 2;
  fixture f{options};
  for (tick window = start; window < start + 20 * 60; window += 60)
    f.take(window, true);
  size_t merged = 0;
  for (int i = 0; i < 40 && f.node.store().has_late(); ++i) {
    auto report = f.commit();
    CHECK(report.journal_end == f.node.store().staged_end());
    CHECK(report.merged.size() <= 2);
    merged += report.merged.size();
  }
  CHECK(merged == 20);
  for (tick window = start; window < start + 20 * 60; window += 60)
    CHECK(f.stored_value(window) == window + 1000);
}

TEST_CASE("late rows beyond the bound hold the journal", "[store]") {
  auto options = kept();
  options.windows_per_commit_max = 2;
  options.late_bytes_max = 1500; // some ten rows
  fixture f{options};
  auto before = f.node.store().journal_end();
  // One tick of each window in turn, as from many hosts at once.
  for (tick slot = 0; slot < 5; ++slot)
    for (tick window = start; window < start + 20 * 60; window += 60)
      f.take(window + slot, true);
  f.node.close(f.host, tick_max);
  auto report = f.commit();
  CHECK(report.journal_end > before); // the first ones have room
  CHECK(report.journal_end < before + 40);
  CHECK(f.node.store().is_behind());
  for (int i = 0; i < 400 && f.node.store().has_late(); ++i) {
    auto next = f.commit();
    CHECK(next.merged.size() <= 2);
    CHECK(next.journal_end >= report.journal_end);
    report = next;
    if (i == 20)
      f.node.prepare(1);
  }
  CHECK(report.journal_end == before + 100);
  for (tick window = start; window < start + 20 * 60; window += 60)
    for (tick slot = 0; slot < 5; ++slot)
      CHECK(f.stored_value(window + slot) == window + slot + 1000);
}

TEST_CASE("frames that wait for the journal keep their roster", "[store]") {
  auto options = kept();
  options.windows_per_commit_max = 1;
  options.late_bytes_max = 500;
  fixture f{options};
  origin next{3, {make_chart("c", {"x", "y"})}};
  f.node.define(f.host, next);
  // One of the life before, many of the newest, one of the life before.
  f.take(start, true);
  for (tick window = start + 60; window < start + 20 * 60; window += 60)
    REQUIRE(f.node.take(f.host, next.seal(window, {window + 1000, 3}, true)));
  f.take(start + 1, true);
  auto end = f.node.store().staged_end();
  for (int i = 0; i < 400 && f.node.store().journal_end() < end; ++i) {
    f.commit();
    CHECK(f.node.store().has_roster(f.host, 2));
  }
  CHECK(f.node.store().journal_end() == end);
  f.node.crash();
  CHECK(f.stored_value(start + 1) == start + 1001);
}

TEST_CASE("a late part without its tick is not taken", "[store]") {
  fixture f;
  auto row = examples::full_row({1, 0});
  row.present[0] = 1;
  CHECK_FALSE(f.node.take(f.host, f.from.seal(start + 3, row, true, 1)));
  f.take(start + 3, true);
  CHECK(f.node.take(f.host, f.from.seal(start + 3, row, true, 1)));
}

TEST_CASE("a tick that is passed over and comes later is not lost", "[store]") {
  fixture f;
  auto first = f.from.seal(start + 1, {1, 1}, true);
  auto passed = f.from.seal(start + 2, {2, 2}, true);
  auto last = f.from.seal(start + 3, {3, 3}, true);
  CHECK(f.node.take(f.host, first));
  CHECK(f.node.take(f.host, last));
  CHECK(f.node.take(f.host, passed));
  while (f.node.store().has_work())
    f.node.commit();
  CHECK(f.stored_value(start + 2) == 2);
}

TEST_CASE("a commit that fails leaves what is known as it was", "[store]") {
  auto options = kept();
  options.environment.map_bytes = 2u << 20;
  options.passes_on = true; // makes no room
  fixture f{options};
  auto& x = f.node.store();
  for (auto id : {50, 51})
    x.move_cursor(make_guid(id), 0);
  f.node.commit();
  auto durable = x.durable(f.host).runs();
  auto stored = x.hosts().at(f.host).stored.runs();
  auto closed = x.hosts().at(f.host).closed;
  auto first = x.journal_first();
  auto end = x.journal_end();
  // A window that no map of two MiB has room for, and others before it.
  std::mt19937_64 engine{1};
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i)
    ids.push_back(std::to_string(i));
  auto noise = [&](tick at, int charts) {
    window_table result{at, 60};
    for (int i = 0; i < charts; ++i)
      for (size_t slot = 0; slot < 60; ++slot) {
        result.claim(slot, 2);
        auto& chart
            = result.chart_for(make_chart("n" + std::to_string(i), ids), 2);
        for (auto& column : chart.columns)
          set_slot(column, slot, static_cast<int64_t>(engine()), false);
      }
    return result;
  };
  f.take(start + 5000, true);
  f.node.receive(f.host, noise(start + 120, 1), 2);
  f.node.receive(f.host, noise(start + 180, 100), 3);
  REQUIRE(x.prepare(size_t{1} << 40));
  auto report = x.commit_prepared(0);
  REQUIRE_FALSE(report);
  CHECK(code_of(report.error()) == ec::store_full);
  CHECK(x.durable(f.host).runs() == durable);
  CHECK(x.hosts().at(f.host).stored.runs() == stored);
  CHECK(x.hosts().at(f.host).closed == closed);
  CHECK(x.journal_first() == first);
  CHECK(x.journal_end() == end);
  for (auto id : {50, 51})
    CHECK(x.subscribers().at(make_guid(id)).owed.empty());
}
