#include "store/window.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "schema/real.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::cell;
using examples::cell_map;
using examples::cells_of;
using examples::make_chart;

namespace {

constexpr tick start = 6000;
constexpr uint16_t slots = 70;

/// What a life says of a place is the same in every table that has it.
cell cell_at(epoch_number epoch, size_t slot, const std::string& chart,
             const std::string& dimension) {
  auto text = std::to_string(epoch * 1000 + slot) + chart + dimension;
  auto hash = hash_of(text.data(), text.size());
  return {static_cast<int64_t>(hash.high), hash.low % 4 == 0};
}

/// A chart as some life defines it; a life may change its mind.
chart_ptr random_definition(std::mt19937_64& engine, const std::string& id) {
  std::vector<std::string> ids{"a", "b", "c", "d", "e"};
  std::shuffle(ids.begin(), ids.end(), engine);
  ids.resize(1 + below(engine, ids.size()));
  return make_chart(id, ids);
}

/// Rows of one life.
window_table random_part(std::mt19937_64& engine) {
  window_table result{start, slots};
  auto epoch = static_cast<epoch_number>(1 + below(engine, 3));
  auto from = below(engine, slots);
  auto to = from + below(engine, slots - from + 1);
  auto gaps = 1 + below(engine, 4);
  for (auto slot = from; slot < to; ++slot)
    if (below(engine, gaps + 2) != 0)
      result.claim(slot, epoch);
  for (auto id : {"one", "two", "three"}) {
    if (below(engine, 4) == 0)
      continue;
    auto definition = random_definition(engine, id);
    auto& chart = result.chart_for(definition, epoch);
    for (size_t d = 0; d < chart.columns.size(); ++d)
      for (size_t slot = 0; slot < slots; ++slot)
        if (result.epochs()[slot] != 0 && below(engine, gaps) == 0) {
          auto x = cell_at(epoch, slot, id, definition->dimensions[d].id);
          set_slot(chart.columns[d], slot, x.value, x.estimated);
        }
  }
  return result;
}

/// The rule, cell by cell.
cell_map expected_cells(const std::vector<window_table>& parts) {
  std::vector<epoch_number> highest(slots, 0);
  for (auto& x : parts)
    for (size_t slot = 0; slot < slots; ++slot)
      highest[slot] = std::max(highest[slot], x.epochs()[slot]);
  cell_map result;
  for (auto& x : parts)
    for (auto& kvp : cells_of(x)) {
      auto slot = static_cast<size_t>(std::get<0>(kvp.first) - start);
      if (x.epochs()[slot] == highest[slot])
        result.insert(kvp);
    }
  return result;
}

window_table merged(const std::vector<window_table>& parts) {
  window_table result{start, slots};
  for (auto& x : parts)
    result.merge(x);
  return result;
}

std::string sealed(const window_table& x) {
  std::string result;
  for (auto& group : seal_window(x, 16))
    result += group.layout + group.block;
  return result;
}

} // namespace

TEST_CASE("merged windows hold what the newest life says, cell by cell",
          "[store][window][random]") {
  auto seed = random_seed("window merge");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 150; ++round) {
    INFO("round " << round);
    std::vector<window_table> parts;
    for (auto n = 2 + below(engine, 4); n > 0; --n)
      parts.push_back(random_part(engine));
    auto expected = expected_cells(parts);
    auto whole = merged(parts);
    REQUIRE(cells_of(whole) == expected);
    // Any order.
    std::shuffle(parts.begin(), parts.end(), engine);
    auto other = merged(parts);
    REQUIRE(cells_of(other) == expected);
    REQUIRE(other.epochs() == whole.epochs());
    REQUIRE(sealed(other) == sealed(whole));
    // Any grouping.
    auto half = static_cast<std::ptrdiff_t>(parts.size() / 2);
    auto left = merged({parts.begin(), parts.begin() + half});
    left.merge(merged({parts.begin() + half, parts.end()}));
    REQUIRE(sealed(left) == sealed(whole));
    // Again.
    whole.merge(other);
    REQUIRE(sealed(whole) == sealed(other));
  }
}

TEST_CASE("a higher epoch takes a slot and clears what a lower one said",
          "[store][window]") {
  window_table x{start, slots};
  auto& chart = x.chart_for(make_chart("c", {"a", "b"}), 1);
  REQUIRE(x.claim(3, 1));
  set_slot(chart.columns[0], 3, 5, true);
  CHECK(x.claim(3, 1));
  CHECK(cells_of(x).size() == 1);
  CHECK(x.claim(3, 2));
  CHECK(cells_of(x).empty());
  CHECK_FALSE(x.claim(3, 1));
  CHECK(x.epochs()[3] == 2);
}

TEST_CASE("the first value of a slot stays", "[store][window]") {
  window_table x{start, slots};
  auto& column = x.chart_for(make_chart("c", {"a"}), 1).columns[0];
  set_slot(column, 9, 1, false);
  set_slot(column, 9, 2, true);
  x.claim(9, 1);
  CHECK(cells_of(x).begin()->second == cell{1, false});
}

TEST_CASE("columns follow their dimensions through new definitions",
          "[store][window]") {
  window_table x{start, slots};
  x.claim(0, 1);
  auto& old = x.chart_for(make_chart("c", {"user", "idle", "gone"}), 1);
  for (size_t d = 0; d < 3; ++d)
    set_slot(old.columns[d], 0, static_cast<int64_t>(10 + d), false);
  auto newer = std::make_shared<chart>(*make_chart("c", {"idle", "steal"}));
  newer->title = "newer";
  auto& now = x.chart_for(newer, 2);
  CHECK(now.chart->title == "newer");
  std::vector<std::string> ids;
  for (auto& d : now.chart->dimensions)
    ids.push_back(d.id);
  CHECK(ids == std::vector<std::string>{"gone", "idle", "steal", "user"});
  CHECK(now.columns.size() == 4);
  auto cells = cells_of(x);
  CHECK(cells.at({start, "c", "user"}).value == 10);
  CHECK(cells.at({start, "c", "idle"}).value == 11);
  CHECK(cells.at({start, "c", "gone"}).value == 12);
  // An older one changes nothing but adds what it alone knows.
  x.chart_for(make_chart("c", {"idle", "old"}), 1);
  CHECK(x.charts().at("c").chart->title == "newer");
  CHECK(x.charts().at("c").columns.size() == 5);
  CHECK(cells_of(x) == cells);
}

TEST_CASE("values follow a dimension that becomes real, or no longer is",
          "[store][window]") {
  auto whole = make_chart("c", {"a", "b"});
  auto real = make_chart("c", {"a", "b"}, algorithm::real);
  window_table x{start, slots};
  x.claim(0, 1);
  set_slot(x.chart_for(whole, 1).columns[0], 0, 42, true);
  window_table newer{start, slots};
  newer.claim(1, 2);
  set_slot(newer.chart_for(real, 2).columns[0], 1, ordered_bits(0.5), false);
  auto other = newer;
  x.merge(newer);
  window_table older{start, slots};
  older.claim(0, 1);
  set_slot(older.chart_for(whole, 1).columns[0], 0, 42, true);
  other.merge(older);
  for (auto& table : {x, other}) {
    auto cells = cells_of(table);
    CHECK(cells.at({start, "c", "a"}) == cell{ordered_bits(42.0), true});
    CHECK(cells.at({start + 1, "c", "a"}) == cell{ordered_bits(0.5), false});
  }
  CHECK(sealed(x) == sealed(other));
  // And back.
  window_table last{start, slots};
  last.claim(2, 3);
  set_slot(last.chart_for(whole, 3).columns[0], 2, 7, false);
  x.merge(last);
  CHECK(cells_of(x).at({start, "c", "a"}) == cell{42, true});
  CHECK(cells_of(x).at({start + 1, "c", "a"}).value == 1);
}

TEST_CASE("a definition with the same dimensions keeps their order",
          "[store][window]") {
  window_table x{start, slots};
  x.chart_for(make_chart("c", {"user", "idle"}), 1);
  auto newer = make_chart("c", {"user", "idle"});
  CHECK(x.chart_for(newer, 2).chart == newer);
}

TEST_CASE("a chart never has more dimensions than a chart may",
          "[store][window]") {
  std::vector<std::string> old_ids;
  std::vector<std::string> new_ids;
  for (int i = 0; i < 100; ++i) {
    old_ids.push_back("old" + std::to_string(i));
    new_ids.push_back("new" + std::to_string(i));
  }
  window_table x{start, slots};
  x.chart_for(make_chart("c", old_ids), 1);
  auto& chart = x.chart_for(make_chart("c", new_ids), 2);
  CHECK(chart.columns.size() == chart_dimensions_max);
  for (auto& id : new_ids)
    CHECK(dimension_index(*chart.chart, id) < chart_dimensions_max);
}

TEST_CASE("coverage runs break at gaps and at epochs", "[store][window]") {
  window_table x{start, slots};
  CHECK(x.empty());
  CHECK(x.coverage_runs().empty());
  for (size_t slot : {0, 1, 5})
    x.claim(slot, 1);
  for (size_t slot : {2, 69})
    x.claim(slot, 2);
  CHECK(x.coverage_runs()
        == std::vector<coverage_run>{{start, start + 1, 1},
                                     {start + 2, start + 2, 2},
                                     {start + 5, start + 5, 1},
                                     {start + 69, start + 69, 2}});
  CHECK_FALSE(x.empty());
}

TEST_CASE("pieces of a window cut otherwise make the same cells",
          "[store][window][random]") {
  auto seed = random_seed("window cut");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 30; ++round) {
    auto whole = merged({random_part(engine), random_part(engine)});
    auto step = static_cast<uint16_t>(1 + below(engine, 100));
    cell_map pieces;
    int64_t covered = 0;
    auto first = start - static_cast<tick>(below(engine, step));
    for (auto at = first; at < start + slots; at += step) {
      auto piece = whole.cut(at, step);
      REQUIRE(piece.slots() == step);
      auto cells = cells_of(piece);
      pieces.insert(cells.begin(), cells.end());
      for (auto& run : piece.coverage_runs())
        covered += run.to - run.from + 1;
    }
    REQUIRE(pieces == cells_of(whole));
    REQUIRE(covered
            == slots
                   - std::count(whole.epochs().begin(), whole.epochs().end(),
                                epoch_number{0}));
  }
}
