#include <catch2/catch.hpp>

#include "store/tier_block.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/tier_examples.hpp"

using namespace tributary;
using examples::cells_of;
using examples::difference;
using examples::make_chart;

namespace {

/// Charts "c00"... of one to four dimensions with points of all sizes.
tier_table random_points(std::mt19937_64& engine, size_t points,
                         size_t charts) {
  tier_table result{7200, 60, points};
  for (auto& epoch : result.epochs)
    epoch = static_cast<epoch_number>(below(engine, 4));
  std::vector<std::string> ids{"u", "v", "w", "x"};
  for (size_t c = 0; c < charts; ++c) {
    auto id = (c < 10 ? "c0" : "c") + std::to_string(c);
    auto of = make_chart(id, {ids.begin(), ids.begin() + 1 + c % 4});
    for (auto& column : result.chart_for(of, 3).columns) {
      auto size = below(engine, 64);
      for (size_t i = 0; i < points; ++i) {
        if (result.epochs[i] == 0 || below(engine, 10) == 0)
          continue;
        auto x = static_cast<int64_t>(engine() >> size);
        auto y = static_cast<int64_t>(engine() >> size);
        column.min[i] = std::min(x, y);
        column.max[i] = std::max(x, y);
        column.sum[i] = static_cast<int64_t>(engine() >> size);
        column.count[i] = 1 + static_cast<int64_t>(below(engine, 60));
      }
    }
  }
  return result;
}

tier_table opened(const std::vector<sealed_group>& groups, size_t points,
                  chart_range which = {}) {
  tier_table result{7200, 60, points};
  for (auto& group : groups) {
    auto columns_of = open_layout(group.layout);
    REQUIRE(columns_of);
    REQUIRE_FALSE(open_tier_block(group.block, *columns_of, which, result));
  }
  return result;
}

} // namespace

TEST_CASE("points come back from a block", "[store][tier][random]") {
  auto seed = random_seed("tier blocks");
  for (uint64_t i = 0; i < 60; ++i) {
    INFO("TRIBUTARY_SEED=" << seed << ", trial " << i);
    std::mt19937_64 engine{seed + i};
    auto points = random_points(engine, 1 + below(engine, 400), 20);
    layout_names names;
    auto groups = seal_tier(points, 32, names);
    auto back = opened(groups, points.points());
    REQUIRE(difference(cells_of(back), cells_of(points)) == "");
    REQUIRE(back.epochs == points.epochs);
    auto again = seal_tier(points, 32, names);
    for (size_t g = 0; g < groups.size(); ++g)
      REQUIRE(again.at(g).block == groups[g].block);
  }
}

TEST_CASE("a tier's groups are whole charts", "[store][tier]") {
  std::mt19937_64 engine{1};
  auto points = random_points(engine, 50, 20);
  layout_names names;
  auto groups = seal_tier(points, 32, names);
  size_t charts = 0;
  for (auto& group : groups) {
    auto columns_of = open_layout(group.layout);
    auto header = open_tier_header(group.block);
    REQUIRE(columns_of);
    REQUIRE(header);
    charts += columns_of->charts.size();
    CHECK(columns_of->columns() <= 8);
    CHECK(header->columns == 4 * columns_of->columns());
    CHECK(header->layout_hash == group.layout_hash);
    CHECK(header->step == 60);
    CHECK(header->points == 50);
  }
  CHECK(charts == 20);
  auto one = opened(groups, 50, {"c07", "c07"});
  CHECK(one.charts.size() == 1);
  CHECK(one.charts.count("c07") == 1);
  CHECK(one.epochs == points.epochs);
}

TEST_CASE("a piece lands at its place in a longer table", "[store][tier]") {
  std::mt19937_64 engine{2};
  auto piece = random_points(engine, 10, 2);
  layout_names names;
  auto groups = seal_tier(piece, 32, names);
  tier_table whole{7200 - 5 * 60, 60, 12}; // the last three are cut off
  REQUIRE_FALSE(open_tier_block(groups[0].block, *open_layout(groups[0].layout),
                                {}, whole));
  for (auto& kvp : cells_of(piece)) {
    auto t = std::get<0>(kvp.first);
    CHECK(cells_of(whole).count(kvp.first) == (t < 7200 + 7 * 60 ? 1u : 0u));
  }
}

TEST_CASE("a damaged tier block is refused", "[store][tier]") {
  std::mt19937_64 engine{3};
  layout_names names;
  auto groups = seal_tier(random_points(engine, 30, 3), 64, names);
  auto columns_of = *open_layout(groups[0].layout);
  tier_table to{7200, 60, 30};
  auto open = [&](const std::string& block) {
    return code_of(open_tier_block(block, columns_of, {}, to));
  };
  REQUIRE(open(groups[0].block) == ec{});
  to = tier_table{7200, 60, 30};
  for (size_t bit = 0; bit < groups[0].block.size() * 8; ++bit) {
    auto flipped = groups[0].block;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    tier_table seen{7200, 60, 30};
    auto error = open_tier_block(flipped, columns_of, {}, seen);
    REQUIRE(code_of(error) == ec::corrupt);
  }
  auto unchecked = groups[0].block.size() - 8; // as an earlier program had it
  for (size_t size = 0; size < groups[0].block.size(); ++size)
    if (size != unchecked)
      REQUIRE(open(groups[0].block.substr(0, size)) == ec::corrupt);
  CHECK(to.charts.empty());
  tier_table shifted{7201, 60, 30};
  CHECK(code_of(open_tier_block(groups[0].block, columns_of, {}, shifted))
        == ec::corrupt);
  tier_table coarse{7200, 120, 30};
  CHECK(code_of(open_tier_block(groups[0].block, columns_of, {}, coarse))
        == ec::corrupt);
  columns_of.charts.pop_back();
  CHECK(open(groups[0].block) == ec::corrupt);
}

TEST_CASE("a block of slots is no block of points", "[store][tier]") {
  auto host = examples::make_host(1);
  auto sealed
      = seal_window(examples::make_window(host, 6000, "c", 1, {{3, 4}}), 16);
  CHECK(open_tier_header(sealed.at(0).block).error() == ec::corrupt);
  layout_names names;
  tier_table points{6000, 1, 60};
  points.epochs[0] = 1;
  points.chart_for(make_chart("c", {"x"}), 1).columns[0].count[0] = 1;
  CHECK(open_block_header(seal_tier(points, 16, names).at(0).block).error()
        == ec::corrupt);
}
