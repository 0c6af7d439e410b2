#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "schema/real.hpp"
#include "store/tier.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/tier_examples.hpp"

using namespace tributary;
using examples::cells_of;
using examples::count_points;
using examples::difference;
using examples::make_chart;
using examples::make_host;

namespace {

constexpr auto least = std::numeric_limits<int64_t>::min();
constexpr auto most = std::numeric_limits<int64_t>::max();

/// A window of a few charts whose values are of all sizes, with gaps.
window_table random_window(std::mt19937_64& engine, tick start,
                           uint16_t slots) {
  window_table result{start, slots};
  for (size_t slot = 0; slot < slots; ++slot)
    if (below(engine, 8) != 0)
      result.claim(slot, 1 + slot / 50);
  for (auto id : {"a", "b", "c"}) {
    auto& x = result.chart_for(make_chart(id, {"u", "v"}), 1);
    for (auto& column : x.columns) {
      auto gaps = below(engine, 3); // none, some, nearly all
      auto size = below(engine, 64);
      for (size_t slot = 0; slot < slots; ++slot)
        if (result.epochs()[slot] != 0
            && (gaps == 0 || (gaps == 1) == (below(engine, 9) != 0)))
          set_slot(column, slot, static_cast<int64_t>(engine() >> size), false);
    }
  }
  return result;
}

/// One slot of a chart that is shown as per cent of its row.
std::vector<int64_t>
percentages(const std::vector<std::tuple<int64_t, int64_t, int64_t>>& cells) {
  chart x;
  std::vector<window_column> columns;
  for (auto [value, multiplier, divisor] : cells) {
    dimension d;
    d.algorithm = algorithm::percentage_of_absolute_row;
    d.multiplier = multiplier;
    d.divisor = divisor;
    x.dimensions.push_back(d);
    columns.push_back({{value}, {1}, {}});
  }
  std::vector<int64_t> result;
  for (auto& shown : percentages_of(x, columns))
    result.push_back(shown.at(0));
  return result;
}

} // namespace

TEST_CASE("points count what is there", "[store][tier]") {
  window_table window{600, 60};
  for (size_t slot = 0; slot < 60; ++slot)
    window.claim(slot, slot < 40 ? 3 : 4);
  auto& columns = window.chart_for(make_chart("c", {"x", "y"}), 4).columns;
  for (size_t slot = 0; slot < 60; ++slot)
    set_slot(columns[0], slot, static_cast<int64_t>(slot) - 30, false);
  set_slot(columns[1], 7, -5, false);
  set_slot(columns[1], 19, 9, true);
  auto points = tier_of(window, 20);
  CHECK(points.start == 600);
  CHECK(points.step == 20);
  CHECK(points.epochs == std::vector<epoch_number>{3, 3, 4});
  examples::tier_cell_map wanted{
      {{600, "c", "x"}, {-30, -11, -410, 20}},
      {{620, "c", "x"}, {-10, 9, -10, 20}},
      {{640, "c", "x"}, {10, 29, 390, 20}},
      {{600, "c", "y"}, {-5, 9, 4, 2}},
  };
  CHECK(difference(cells_of(points), wanted).empty());
}

TEST_CASE("points are what counting slot by slot gives", "[store][tier]"
                                                         "[random]") {
  auto seed = random_seed("points");
  for (uint64_t i = 0; i < 200; ++i) {
    INFO("TRIBUTARY_SEED=" << seed << ", trial " << i);
    std::mt19937_64 engine{seed + i};
    auto slots = static_cast<uint16_t>(60 * (1 + below(engine, 12)));
    auto window = random_window(engine, 6000, slots);
    auto step = 1 + static_cast<uint32_t>(below(engine, 130));
    auto points = tier_of(window, step);
    auto wanted = count_points(cells_of(window), step, 6000);
    REQUIRE(difference(cells_of(points), wanted) == "");
    auto factor = 1 + static_cast<uint32_t>(below(engine, 7));
    REQUIRE(difference(cells_of(coarser(points, factor)),
                       count_points(wanted, tick{step} * factor, 6000))
            == "");
  }
}

TEST_CASE("sums stop at the ends of int64", "[store][tier]") {
  window_table window{600, 60};
  auto& columns = window.chart_for(make_chart("c", {"x", "y", "z"}), 1).columns;
  for (size_t slot = 0; slot < 60; ++slot) {
    window.claim(slot, 1);
    set_slot(columns[0], slot, most, false);
    set_slot(columns[1], slot, least, false);
    set_slot(columns[2], slot, slot % 2 == 0 ? most : least, false);
  }
  auto points = tier_of(window, 60);
  auto& c = points.charts.at("c").columns;
  CHECK(c[0].sum[0] == most);
  CHECK(c[1].sum[0] == least);
  CHECK(c[2].sum[0] == -30); // exact where the sum itself has room
  CHECK(c[2].min[0] == least);
  CHECK(c[2].max[0] == most);
}

TEST_CASE("points of a merged window are those of the whole", "[store][tier]"
                                                              "[random]") {
  auto seed = random_seed("merged points");
  for (uint64_t i = 0; i < 50; ++i) {
    INFO("TRIBUTARY_SEED=" << seed << ", trial " << i);
    std::mt19937_64 engine{seed + i};
    auto early = random_window(engine, 6000, 120);
    auto late = random_window(engine, 6000, 120);
    auto merged = early;
    merged.merge(late);
    REQUIRE(difference(cells_of(tier_of(merged, 60)),
                       count_points(cells_of(merged), 60, 6000))
            == "");
  }
}

TEST_CASE("percentages are millionths, half away from zero", "[store][tier]") {
  using row = std::vector<int64_t>;
  CHECK(percentages({{1, 1, 1}, {1, 1, 1}}) == row{50'000'000, 50'000'000});
  CHECK(percentages({{1, 1, 1}, {2, 1, 1}}) == row{33'333'333, 66'666'667});
  // 1 of 1.6 * 10^9 is 0.0625 millionths; 8 of it are exactly one half.
  CHECK(percentages({{8, 1, 1}, {1'599'999'992, 1, 1}}) == row{1, 100'000'000});
  CHECK(percentages({{7, 1, 1}, {1'599'999'993, 1, 1}}) == row{0, 100'000'000});
  CHECK(percentages({{-8, 1, 1}, {1'600'000'008, 1, 1}})
        == row{-1, 100'000'001});
  CHECK(percentages({{0, 1, 1}, {0, 1, 1}}) == row{0, 0});
  CHECK(percentages({{5, 1, 1}, {-5, 1, 1}}) == row{0, 0}); // as readers show
  CHECK(percentages({{most, 1, 1}, {most, 1, 1}})
        == row{50'000'000, 50'000'000});
  CHECK(percentages({{least, 1, 1}, {least, 1, 1}})
        == row{50'000'000, 50'000'000});
  CHECK(percentages({{most, 1, 1}, {1 - most, 1, 1}}) == row{most, least});
}

TEST_CASE("percentages weigh by multiplier and divisor", "[store][tier]") {
  using row = std::vector<int64_t>;
  CHECK(percentages({{1, 1, 2}, {1, 1, 3}}) == row{60'000'000, 40'000'000});
  CHECK(percentages({{10, 1024, 1}, {10, 3072, 1}})
        == row{25'000'000, 75'000'000});
  CHECK(percentages({{3, 1, -4}, {1, -1, 4}}) == row{75'000'000, 25'000'000});
  // Denominators without a common one in 62 bits: close, and without trap.
  auto odd = percentages(
      {{1, 1, 4'611'686'018'427'387'847}, {1, 1, 4'611'686'018'427'387'817}});
  CHECK(odd == row{50'000'000, 50'000'000});
  auto wide = percentages({{most, most, 1}, {1, least, least}});
  CHECK(wide == row{100'000'000, 0});
}

TEST_CASE("only dimensions shown as per cent become percentages",
          "[store][tier]") {
  auto x = std::make_shared<chart>(*make_chart("c", {"x", "y", "z"}));
  x->dimensions[0].algorithm = algorithm::percentage_of_incremental_row;
  x->dimensions[2].algorithm = algorithm::percentage_of_incremental_row;
  window_table window{600, 60};
  auto& columns = window.chart_for(x, 1).columns;
  for (size_t slot = 0; slot < 60; ++slot) {
    window.claim(slot, 1);
    set_slot(columns[0], slot, 1, false);
    set_slot(columns[1], slot, 1000, false);
    if (slot < 30)
      set_slot(columns[2], slot, 3, false);
  }
  auto points = tier_of(window, 60);
  auto& c = points.charts.at("c");
  CHECK(c.columns[0].min[0] == 25'000'000);
  CHECK(c.columns[0].max[0] == 100'000'000);
  CHECK(c.columns[0].sum[0] == 30 * 125'000'000LL);
  CHECK(c.columns[1].sum[0] == 60'000);
  CHECK(c.columns[2].count[0] == 30);
  auto shown = shown_point(*c.chart, 0, c.columns[0], 0);
  CHECK(shown.min == 25.0);
  CHECK(shown.max == 100.0);
  CHECK(shown.sum == 3750.0);
  CHECK(shown.count == 60);
}

TEST_CASE("points of reals are of the doubles", "[store][tier]") {
  auto x = make_chart("c", {"x", "y"}, algorithm::real);
  window_table window{600, 60};
  auto& columns = window.chart_for(x, 1).columns;
  double sum = 0;
  for (size_t slot = 0; slot < 60; ++slot) {
    window.claim(slot, 1);
    if (slot % 4 == 3)
      continue;
    auto value = 0.1 * static_cast<double>(slot) - 3;
    set_slot(columns[0], slot, ordered_bits(value), false);
    if (slot < 20)
      sum += value;
  }
  auto points = tier_of(window, 20);
  auto& c = points.charts.at("c");
  auto shown = shown_point(*c.chart, 0, c.columns[0], 0);
  CHECK(shown.min == -3);
  CHECK(shown.max == 0.1 * 18 - 3);
  CHECK(shown.sum == sum);
  CHECK(shown.count == 15);
  CHECK(std::isnan(shown_point(*c.chart, 1, c.columns[1], 0).sum));
  auto upper = coarser(points, 2);
  auto& u = upper.charts.at("c");
  auto wide = shown_point(*u.chart, 0, u.columns[0], 0);
  CHECK(wide.min == -3);
  CHECK(wide.max == 0.1 * 38 - 3);
  CHECK(wide.sum == shown.sum + shown_point(*c.chart, 0, c.columns[0], 1).sum);
  CHECK(u.columns[1].sum[0] == 0);
  // Points of the other kind are no points of these.
  CHECK(points.chart_for(make_chart("c", {"x", "y"}), 2).columns[0].count[0]
        == 0);
}

TEST_CASE("a negative scale swaps what is least and most", "[store][tier]") {
  auto x = *make_chart("c", {"x"}, algorithm::incremental);
  x.step = 10;
  x.dimensions[0].multiplier = -8;
  x.dimensions[0].divisor = 4;
  tier_column column{{10, 0}, {30, 0}, {60, 0}, {3, 0}};
  auto shown = shown_point(x, 0, column, 0);
  CHECK(shown.min == -6.0);
  CHECK(shown.max == -2.0);
  CHECK(shown.sum == -12.0);
  CHECK(std::isnan(shown_point(x, 0, column, 1).sum));
}

TEST_CASE("blocks of a tier are whole blocks of the one below",
          "[store][tier]") {
  auto check = [](uint32_t window, tier_steps steps) {
    INFO("window " << window << ", steps " << steps.tier1 << " "
                   << steps.tier2);
    auto host = make_host(7, window);
    host.id = guid::from_words(7, 123'456'789'123);
    tier_grid below = grid_of(host, steps, 0);
    REQUIRE(below.block_start(1'000'000) == host.window_start(1'000'000));
    for (unsigned tier = 1; tier < tier_count; ++tier) {
      auto grid = grid_of(host, steps, tier);
      REQUIRE(grid.span % below.span == 0);
      REQUIRE(grid.span % grid.step == 0);
      REQUIRE(below.span % grid.step == 0);
      REQUIRE(grid.step % below.step == 0);
      REQUIRE(grid.points() <= tier_points_max);
      auto start = grid.block_start(1'000'000);
      REQUIRE(start <= 1'000'000);
      REQUIRE(start + grid.span > 1'000'000);
      REQUIRE(below.block_start(start) == start);
      below = grid;
    }
  };
  for (auto window : {60u, 120u, 420u, 600u, 660u, 900u, 3540u, 3600u})
    for (auto tier1 : {2u, 7u, 60u, 90u, 255u})
      for (auto tier2 : {2u, 59u, 60u, 255u})
        check(window, {tier1, tier2});
  auto usual = grid_of(make_host(7, 600), {}, 1);
  CHECK(usual.step == 60);
  CHECK(usual.points() == 360);
  usual = grid_of(make_host(7, 600), {}, 2);
  CHECK(usual.step == 3600);
  CHECK(usual.points() == 240);
}

TEST_CASE("points of a dimension that changes its unit go", "[store][tier]") {
  tier_table table{600, 60, 2};
  auto share = make_chart("c", {"x"}, algorithm::percentage_of_absolute_row);
  auto gauge = make_chart("c", {"x", "y"});
  auto& before = table.chart_for(gauge, 1);
  before.columns[0] = {{1, 0}, {1, 0}, {1, 0}, {1, 0}};
  before.columns[1] = {{2, 0}, {2, 0}, {2, 0}, {1, 0}};
  auto& after = table.chart_for(share, 2);
  REQUIRE(after.columns.size() == 2); // both definitions' dimensions
  CHECK(after.columns[0].count[0] == 0);
  CHECK(after.columns[1].count[0] == 1);
}
