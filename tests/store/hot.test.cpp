#include "store/hot.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::cell;
using examples::cells_of;
using examples::make_chart;
using examples::make_host;
using examples::origin;

namespace {

constexpr tick start = 6000; // of a window of 60

hot_host fresh_host(const origin& of, tick stored_to = 0) {
  hot_host result{make_host(1), {}, {stored_to, {}}};
  REQUIRE_FALSE(result.define(of.run()));
  return result;
}

frame_outcome applied(hot_host& host, const frame_ptr& x) {
  auto result = host.apply(*x);
  INFO((result ? std::string{} : to_text(result.error())));
  REQUIRE(result);
  return *result;
}

ec refusal(hot_host& host, const frame_ptr& x) {
  auto result = host.apply(*x);
  REQUIRE_FALSE(result);
  return code_of(result.error());
}

examples::cell_map all_cells(const hot_host& host,
                             std::string_view chart = {}) {
  examples::cell_map result;
  for (auto& window : host.extract(0, tick_max, chart))
    for (auto& kvp : cells_of(window))
      REQUIRE(result.insert(kvp).second);
  return result;
}

origin two_charts(epoch_number epoch = 1) {
  return {epoch, {make_chart("a", {"x", "y"}), make_chart("b", {"z"})}};
}

} // namespace

TEST_CASE("frames become rows that queries see at once", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  CHECK(applied(host, from.seal(start, {1, 2, 3})) == frame_outcome::fresh);
  CHECK(applied(host, from.seal(start + 1, {4, 2, 9})) == frame_outcome::fresh);
  CHECK(host.last_row().values == std::vector<int64_t>{4, 2, 9});
  auto cells = all_cells(host);
  CHECK(cells.size() == 6);
  CHECK(cells.at({start + 1, "a", "x"}) == cell{4, false});
  CHECK(cells.at({start + 1, "b", "z"}) == cell{9, false});
  CHECK(all_cells(host, "b").size() == 2);
  CHECK(all_cells(host, "none").empty());
  CHECK(host.newest() == start + 1);
  CHECK(host.seen().runs() == std::vector<coverage_run>{{start, start + 1, 1}});
}

TEST_CASE("gaps and estimates of rows are kept", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  applied(host, from.seal(start, {1, 2, 3}));
  auto row = examples::full_row({7, 0, 0});
  row.present[0] = 1;
  row.estimated = {1};
  applied(host, from.seal(start + 1, row));
  applied(host, from.seal(start + 2, {8, 8, 8}));
  auto cells = all_cells(host);
  CHECK(cells.size() == 7);
  CHECK(cells.at({start, "a", "x"}) == cell{1, false});
  CHECK(cells.at({start + 1, "a", "x"}) == cell{7, true});
  CHECK(cells.count({start + 1, "a", "y"}) == 0);
  CHECK(cells.at({start + 2, "a", "x"}) == cell{8, false});
}

TEST_CASE("a frame that was had is a duplicate", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  auto first = from.seal(start, {1, 2, 3});
  auto second = from.seal(start + 1, {1, 2, 3});
  applied(host, first);
  applied(host, second);
  auto before = all_cells(host);
  CHECK(applied(host, first) == frame_outcome::duplicate);
  CHECK(applied(host, second) == frame_outcome::duplicate);
  CHECK(all_cells(host) == before);
  // An older life does not come back where a newer one has been.
  auto newer = two_charts(2);
  REQUIRE_FALSE(host.define(newer.run()));
  applied(host, newer.seal(start + 2, {0, 0, 0}));
  auto older = two_charts(1);
  CHECK(applied(host, older.seal(start + 2, {9, 9, 9}))
        == frame_outcome::duplicate);
}

TEST_CASE("a delta without its base asks for a key frame", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  applied(host, from.seal(start, {1, 2, 3}));
  from.seal(start + 1, {1, 2, 3}); // lost
  CHECK(refusal(host, from.seal(start + 2, {5, 5, 5})) == ec::need_key);
  CHECK_FALSE(host.seen().contains(start + 2));
  CHECK(all_cells(host).size() == 3);
  CHECK(applied(host, from.seal(start + 3, {6, 6, 6}, true))
        == frame_outcome::fresh);
}

TEST_CASE("a delta across a window asks for a key frame", "[store][hot]") {
  // The journal keeps no base from before the window: such a frame would be
  // lost in a crash.
  auto from = two_charts();
  auto host = fresh_host(from);
  applied(host, from.seal(start + 59, {1, 2, 3}));
  CHECK(refusal(host, from.seal(start + 60, {1, 2, 4})) == ec::need_key);
  CHECK(applied(host, from.seal(start + 61, {1, 2, 5}, true))
        == frame_outcome::fresh);
  CHECK(applied(host, from.seal(start + 62, {1, 2, 6}))
        == frame_outcome::fresh);
}

TEST_CASE("frames of unknown lives and charts are refused", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  auto other = two_charts(2);
  CHECK(refusal(host, other.seal(start, {1, 2, 3})) == ec::unknown_layout);
  from.grow(make_chart("c", {"w"}));
  CHECK(refusal(host, from.seal(start, {1, 2, 3, 4})) == ec::unknown_layout);
  REQUIRE_FALSE(host.define(from.run()));
  CHECK(applied(host, from.seal(start + 1, {1, 2, 3, 4}, true))
        == frame_outcome::fresh);
}

TEST_CASE("a roster grows within a window", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  applied(host, from.seal(start, {1, 2, 3}));
  from.grow(make_chart("c", {"w"}));
  auto run = from.run();
  run.first_chart = 2;
  run.charts.erase(run.charts.begin(), run.charts.begin() + 2);
  REQUIRE_FALSE(host.define(run));
  REQUIRE_FALSE(host.define(run)); // a repeat adds nothing
  CHECK(host.newest_roster()->columns() == 4);
  applied(host, from.seal(start + 1, {1, 2, 3, 4}));
  auto cells = all_cells(host);
  CHECK(cells.size() == 7);
  CHECK(cells.at({start + 1, "c", "w"}).value == 4);
  auto windows = host.extract(start, start, {});
  REQUIRE(windows.size() == 1);
  CHECK(windows[0].charts().size() == 3);
}

TEST_CASE("a roster run with charts missing before it is refused",
          "[store][hot]") {
  hot_host host{make_host(1), {}};
  roster_run run{4, 1, {make_chart("a", {"x"})}};
  CHECK(code_of(host.define(run)) == ec::unknown_layout);
  CHECK(host.newest_roster() == nullptr);
  CHECK(host.roster_of(4) == nullptr);
}

TEST_CASE("a roster beyond the bound leaves no trace", "[store][hot]") {
  hot_host host{make_host(1), {}};
  std::vector<std::string> ids;
  for (int i = 0; i < 128; ++i)
    ids.push_back(std::to_string(i));
  roster_run run{1, 0, {}};
  run.charts.assign(host_columns_max / 128 + 1, make_chart("wide", ids));
  CHECK(code_of(host.define(run)) == ec::too_large);
  CHECK(host.newest_roster() == nullptr);
}

TEST_CASE("ticks of a clock that is ahead are not the newest", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  host.heed_clock(start);
  applied(host, from.seal(start, {1, 2, 3}, true));
  auto far = start + 60 * 100;
  applied(host, from.seal(far, {4, 5, 6}, true));
  CHECK(host.newest() == start);
  CHECK(host.newest_ahead() == far);
  CHECK(host.close_ahead(false).empty()); // frames come for it
  CHECK(host.close_windows(host.newest() - 4).empty());
  // The clock is right again.
  origin next{2, from.run().charts};
  REQUIRE_FALSE(host.define(next.run()));
  applied(host, next.seal(start + 1, {7, 8, 9}, true));
  CHECK(host.newest() == start + 1);
  auto ahead = host.close_ahead(false);
  REQUIRE(ahead.size() == 1);
  CHECK(ahead[0]->start() == far);
  CHECK(host.closed().to == 0);
  CHECK(host.closed().has(far));
  CHECK(host.apply(*next.seal(far + 1, {1, 1, 1}, true))
        == frame_outcome::late);
  // Time comes there.
  host.heed_clock(far + 60);
  CHECK(host.newest_ahead() == 0);
  CHECK(host.close_windows(far + 60).size() == 1);
  CHECK(host.closed().to == start + 60);
}

TEST_CASE("a mark of this node's own clock moves back with it",
          "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  auto far = start + 60 * 100;
  host.heed_clock(far);
  applied(host, from.seal(start, {1, 2, 3}, true));
  applied(host, from.seal(far, {1, 2, 3}, true));
  CHECK(host.close_windows(tick_max).size() == 2);
  CHECK(host.closed().to == far + 60);
  CHECK_FALSE(host.heed_clock(far - 540));
  CHECK(host.heed_clock(start + 120));
  CHECK(host.closed() == closed_mark{start + 180, {far}});
  CHECK_FALSE(host.heed_clock(start + 120));
  applied(host, from.seal(start + 180, {1, 2, 3}, true));
}

TEST_CASE("windows close when asked and stay readable until forgotten",
          "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  for (tick t = start; t < start + 130; ++t)
    applied(host, from.seal(t, {t, 2, 3}, (t - start) % 60 == 0));
  CHECK(host.close_windows(start + 59).empty());
  auto closed = host.close_windows(start + 60);
  REQUIRE(closed.size() == 1);
  CHECK(closed[0]->start() == start);
  CHECK(host.closed().to == start + 60);
  auto table = closed[0]->table();
  CHECK(table.coverage_runs()
        == std::vector<coverage_run>{{start, start + 59, 1}});
  CHECK(cells_of(table).size() == 180);
  CHECK(all_cells(host).size() == 390);
  CHECK(host.extract(start + 60, start + 60, {}).size() == 1);
  CHECK(host.extract(start + 59, start + 60, {}).size() == 2);
  auto bytes = host.memory_bytes();
  host.forget(start);
  CHECK(host.memory_bytes() < bytes);
  CHECK(all_cells(host).size() == 210);
  CHECK(host.close_windows(start + 1000).size() == 2);
}

TEST_CASE("a frame of a closed window is late and has its row",
          "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from, start + 60);
  CHECK(applied(host, from.seal(start + 5, {1, 2, 3})) == frame_outcome::late);
  CHECK(all_cells(host).empty());
  CHECK(host.seen().contains(start + 5));
  frame_header header;
  header.tick = start + 5;
  header.epoch = 1;
  auto row = host.late_row_of(header);
  CHECK(row.is_base);
  auto tables = late_tables(host.definition(),
                            {std::make_shared<const late_row>(row)}, {});
  REQUIRE(tables.size() == 1);
  auto& rows = tables[0];
  CHECK(rows.start() == start);
  CHECK(rows.coverage_runs()
        == std::vector<coverage_run>{{start + 5, start + 5, 1}});
  CHECK(cells_of(rows).at({start + 5, "a", "y"}).value == 2);
  CHECK(applied(host, from.seal(start + 60, {1, 2, 3}, true))
        == frame_outcome::fresh);
}

TEST_CASE("late parts join their tick and need it", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  frame_row part;
  part.reset(3);
  set_bit(part.present, 2);
  part.values[2] = 77;
  CHECK(refusal(host, from.seal(start, part, true, 1)) == ec::need_key);
  auto row = examples::full_row({1, 2, 0});
  row.present[0] = 3;
  applied(host, from.seal(start, row));
  CHECK(applied(host, from.seal(start, part, true, 1)) == frame_outcome::fresh);
  applied(host, from.seal(start + 1, {1, 2, 3})); // its base is part 0
  auto cells = all_cells(host);
  CHECK(cells.size() == 6);
  CHECK(cells.at({start, "b", "z"}).value == 77);
}

TEST_CASE("a late part that was had is a duplicate", "[store][hot]") {
  auto from = two_charts();
  auto host = fresh_host(from);
  auto tick_row = examples::full_row({1, 2, 0});
  tick_row.present[0] = 3;
  auto part_row = examples::full_row({0, 0, 9});
  part_row.present[0] = 4;
  auto tick_frame = from.seal(start, tick_row, true);
  auto part = from.seal(start, part_row, true, 1);
  auto other = from.seal(start, part_row, true, 2);
  CHECK(applied(host, tick_frame) == frame_outcome::fresh);
  CHECK(applied(host, part) == frame_outcome::fresh);
  CHECK(applied(host, part) == frame_outcome::duplicate);
  CHECK(applied(host, other) == frame_outcome::fresh);
  CHECK(applied(host, other) == frame_outcome::duplicate);
  // A newer life's is another.
  auto next = two_charts(2);
  REQUIRE_FALSE(host.define(next.run()));
  CHECK(applied(host, next.seal(start, tick_row, true))
        == frame_outcome::fresh);
  CHECK(applied(host, next.seal(start, part_row, true, 1))
        == frame_outcome::fresh);
  CHECK(applied(host, part) == frame_outcome::duplicate);
}

TEST_CASE("the newest tick is that of the newest life", "[store][hot]") {
  coverage durable;
  durable.add({start, start + 10, 1});
  durable.add({start + 1'000'000, start + 1'000'000, 1}); // its clock was ahead
  hot_host host{make_host(1), durable};
  CHECK(host.newest() == start + 1'000'000);
  auto from = two_charts(2);
  REQUIRE_FALSE(host.define(from.run()));
  applied(host, from.seal(start + 20, {1, 2, 3}));
  CHECK(host.newest() == start + 20);
  host.add_seen({{start, start + 5, 2}});
  CHECK(host.newest() == start + 20);
  host.add_seen({{start + 2'000'000, start + 2'000'001, 1}});
  CHECK(host.newest() == start + 20);
}

TEST_CASE("window and grouping outlive a new definition", "[store][hot]") {
  hot_host host{make_host(1, 60, 16), {}};
  auto next = make_host(1, 600, 128);
  next.hostname = "renamed";
  next.epoch = 9;
  host.redefine(next);
  CHECK(host.definition().hostname == "renamed");
  CHECK(host.definition().epoch == 9);
  CHECK(host.definition().window_seconds == 60);
  CHECK(host.definition().group_columns == 16);
}

TEST_CASE("rows of any width become columns, with gaps between them",
          "[store][hot][random]") {
  auto seed = random_seed("rows to columns");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 30; ++round) {
    auto of = std::make_shared<roster>(1);
    for (auto n = 1 + below(engine, 40); n > 0; --n) {
      std::vector<std::string> ids;
      for (auto d = 1 + below(engine, 9); d > 0; --d)
        ids.push_back("d" + std::to_string(d));
      // Now and then a second chart of an id.
      auto id = "c" + std::to_string(below(engine, 50) + n * 2);
      of->append(make_chart(id, ids));
    }
    hot_segment segment;
    segment.columns_of = of;
    segment.columns = of->columns();
    auto estimates = below(engine, 3) == 0;
    window_table expected{start, 200};
    for (tick t = start; t < start + 200; ++t) {
      if (below(engine, 40) == 0)
        continue;
      frame_row row;
      row.reset(segment.columns);
      if (estimates)
        row.estimated.assign(row.present.size(), 0);
      auto slot = static_cast<size_t>(t - start);
      expected.claim(slot, 1);
      for (auto& entry : of->charts())
        for (size_t d = 0; d < entry.chart->dimensions.size(); ++d) {
          if (below(engine, 10) == 0)
            continue;
          auto c = entry.first_column + d;
          row.values[c] = static_cast<int64_t>(engine());
          set_bit(row.present, c);
          auto estimated = estimates && below(engine, 9) == 0;
          if (estimated)
            set_bit(row.estimated, c);
          auto& to = expected.chart_for(entry.chart, 1);
          auto at = dimension_index(*to.chart, entry.chart->dimensions[d].id);
          set_slot(to.columns[at], slot, row.values[c], estimated);
        }
      segment.add(t, row);
    }
    window_table made{start, 200};
    segment.add_to(made, {});
    REQUIRE(made.epochs() == expected.epochs());
    REQUIRE(cells_of(made) == cells_of(expected));
    auto one = of->charts()[0].chart->id;
    window_table part{start, 200};
    segment.add_to(part, one);
    REQUIRE(part.charts().size() == 1);
    REQUIRE(part.charts().at(one).columns[0].values
            == made.charts().at(one).columns[0].values);
  }
}

TEST_CASE("a node that ends often has all its lives in a window",
          "[store][hot]") {
  hot_host host{make_host(1), {}};
  for (epoch_number epoch = 1; epoch <= 60; ++epoch)
    REQUIRE_FALSE(host.define(two_charts(epoch).run()));
  for (epoch_number epoch = 1; epoch <= 60; ++epoch) {
    auto from = two_charts(epoch);
    CHECK(applied(host, from.seal(start + epoch - 1, {1, 2, epoch}))
          == frame_outcome::fresh);
  }
  CHECK(all_cells(host).size() == 180);
  CHECK(host.newest_roster()->epoch() == 60);
  for (epoch_number epoch = 61; epoch <= 500; ++epoch)
    REQUIRE_FALSE(host.define(two_charts(epoch).run()));
  CHECK(host.roster_of(1) == nullptr); // but not without end
  CHECK(host.roster_of(500) != nullptr);
}

TEST_CASE("damaged frames change nothing", "[store][hot][random]") {
  auto seed = random_seed("hot host, damage");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  auto from = two_charts();
  auto host = fresh_host(from);
  for (tick t = start; t < start + 60; ++t) {
    auto sealed = from.seal(t, {static_cast<int64_t>(engine()), t, -t});
    auto header = sealed->header();
    std::string payload{sealed->payload()};
    payload.resize(below(engine, payload.size()));
    auto before = all_cells(host);
    CHECK(refusal(host, frame::seal(header, payload)) == ec::corrupt);
    CHECK(all_cells(host) == before);
    CHECK(applied(host, sealed) == frame_outcome::fresh);
  }
}
