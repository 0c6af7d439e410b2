#include "actors/storage/query_table.hpp"

#include <array>
#include <cmath>

#include <catch2/catch.hpp>

#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::make_chart;

namespace {

constexpr tick start = 6000;

/// A window of one chart; rows by slot, an absent value is none.
window_table window_of(const chart_ptr& chart,
                       const std::map<size_t, std::vector<int64_t>>& rows,
                       tick at = start) {
  window_table result{at, 60};
  auto& to = result.chart_for(chart, 1);
  for (auto& row : rows) {
    result.claim(row.first, 1);
    for (size_t d = 0; d < row.second.size(); ++d)
      set_slot(to.columns[d], row.first, row.second[d], false);
  }
  return result;
}

/// The windows as a query reads them.
query_answer filled(const query_request& what, const chart_ptr& chart,
                    const std::vector<window_table>& windows, query_range range,
                    std::vector<bool> wanted = {}) {
  if (wanted.empty())
    wanted.assign(chart ? chart->dimensions.size() : 0, true);
  query_table table{what, range, chart, wanted};
  point_run run;
  for (auto& window : windows)
    for (auto& entry : window.charts()) {
      auto& of = entry.second.chart;
      if (chart && of->id != chart->id)
        continue;
      shown_slots(window, entry.second, range.from + 1, range.to,
                  table.wanted_of(of), run);
      table.add(of, run);
    }
  query_answer result;
  table.finish(result);
  REQUIRE(result.values.size() == result.times.size() * result.columns.size());
  return result;
}

query_request grouping_by(std::string_view group,
                          std::string_view options = {}) {
  query_request result;
  result.group = *parse_group_rule(group, options);
  return result;
}

query_answer filled(const chart_ptr& chart,
                    const std::vector<window_table>& windows, query_range range,
                    const char* group = "average") {
  return filled(grouping_by(group), chart, windows, range);
}

chart_ptr scaled_chart(algorithm kind, int64_t multiplier, int64_t divisor,
                       uint16_t step = 1) {
  auto result = std::make_shared<chart>(*make_chart("c", {"a", "b"}, kind));
  for (auto& x : result->dimensions) {
    x.multiplier = multiplier;
    x.divisor = divisor;
  }
  result->step = step;
  return result;
}

/// Coarse points of the one dimension of a chart.
point_run coarse_points(tick first_end, int64_t step,
                        const std::vector<std::array<double, 4>>& points) {
  point_run result;
  result.first_end = first_end;
  result.step = result.covers = step;
  result.size = points.size();
  result.columns.resize(1);
  for (auto& x : points) {
    result.columns[0].min.push_back(x[0]);
    result.columns[0].max.push_back(x[1]);
    result.columns[0].sum.push_back(x[3] == 0 ? NAN : x[2]);
    result.columns[0].count.push_back(x[3]);
  }
  return result;
}

/// Rows of those points.
query_answer rows_of(const query_request& what, const query_range& range,
                     const std::vector<point_run>& runs) {
  auto of = make_chart("c", {"a"});
  query_table table{what, range, of, {true}};
  for (auto& x : runs)
    table.add(of, x);
  query_answer result;
  table.finish(result);
  return result;
}

} // namespace

TEST_CASE("gauges are scaled", "[actors]") {
  auto of = scaled_chart(algorithm::absolute, -1, 1000);
  auto x = filled(of, {window_of(of, {{0, {1500, 0}}, {1, {2000, 1}}})},
                  {start - 1, start + 10, 1});
  CHECK(x.times == std::vector<int64_t>{start, start + 1});
  CHECK(x.values == std::vector<double>{-1.5, 0, -2, -0.001});
}

TEST_CASE("counters are shown per second of their step", "[actors]") {
  auto of = scaled_chart(algorithm::incremental, 8, 1, 5);
  auto x = filled(of, {window_of(of, {{0, {100, 5}}, {5, {50, 0}}})},
                  {start - 1, start + 5, 5});
  CHECK(x.times == std::vector<int64_t>{start, start + 5});
  CHECK(x.values == std::vector<double>{160, 8, 80, 0});
}

TEST_CASE("percentages are of the row, hidden dimensions included",
          "[actors]") {
  for (auto kind : {algorithm::percentage_of_absolute_row,
                    algorithm::percentage_of_incremental_row}) {
    auto of = std::make_shared<chart>(*make_chart("c", {"a", "b", "c"}, kind));
    of->dimensions[2].hidden = true;
    auto x = filled(
        of, {window_of(of, {{0, {10, 20, 70}}, {1, {0, 0, 0}}, {2, {1, 3}}})},
        {start - 1, start + 2, 1});
    CHECK(x.values[0] == Approx(10));
    CHECK(x.values[2] == Approx(70));
    CHECK(x.values[3] == 0);          // nothing of nothing
    CHECK(x.values[6] == Approx(25)); // of those that are there
    CHECK(x.values[7] == Approx(75));
    CHECK(std::isnan(x.values[8]));
  }
}

TEST_CASE("gaps between rows are rows, those around them are not", "[actors]") {
  auto of = make_chart("c", {"a"});
  auto x = filled(of, {window_of(of, {{2, {7}}, {5, {8}}})},
                  {start - 1, start + 59, 1});
  CHECK(x.times
        == std::vector<int64_t>{start + 2, start + 3, start + 4, start + 5});
  CHECK(x.values[0] == 7);
  CHECK(std::isnan(x.values[1]));
  CHECK(std::isnan(x.values[2]));
  CHECK(x.values[3] == 8);
}

TEST_CASE("a slot that is covered without a value is a gap", "[actors]") {
  auto of = make_chart("c", {"a", "b"});
  auto x = filled(of, {window_of(of, {{0, {1}}, {1, {}}, {2, {3, 4}}})},
                  {start - 1, start + 59, 1});
  REQUIRE(x.times.size() == 3);
  CHECK(std::isnan(x.values[1]));
  CHECK(std::isnan(x.values[2]));
  CHECK(std::isnan(x.values[3]));
  CHECK(x.values[5] == 4);
}

TEST_CASE("rows are grouped at multiples of their length", "[actors]") {
  auto of = make_chart("c", {"a"});
  std::map<size_t, std::vector<int64_t>> rows;
  for (size_t slot = 0; slot < 30; ++slot)
    rows[slot] = {static_cast<int64_t>(slot)};
  auto windows = std::vector<window_table>{window_of(of, rows)};
  query_range range{start, start + 25, 10};
  auto x = filled(of, windows, range, "sum");
  // (6000, 6010], (6010, 6020], and what there is of (6020, 6030]
  CHECK(x.times == std::vector<int64_t>{start + 10, start + 20, start + 25});
  CHECK(x.values == std::vector<double>{55, 155, 115});
  CHECK(filled(of, windows, range, "min").values
        == std::vector<double>{1, 11, 21});
  CHECK(filled(of, windows, range, "max").values
        == std::vector<double>{10, 20, 25});
  CHECK(filled(of, windows, range, "average").values
        == std::vector<double>{5.5, 15.5, 23});
  // A later query cuts the same rows.
  range.from += 3;
  CHECK(filled(of, windows, range, "sum").times == x.times);
}

TEST_CASE("windows follow each other without a seam", "[actors]") {
  auto of = make_chart("c", {"a"});
  auto windows = std::vector<window_table>{
      window_of(of, {{58, {1}}, {59, {2}}}),
      window_of(of, {{0, {3}}, {1, {4}}}, start + 60),
      window_of(make_chart("other", {"a"}), {{0, {9}}}, start + 120)};
  auto x = filled(of, windows, {start, start + 200, 1});
  CHECK(
      x.times
      == std::vector<int64_t>{start + 58, start + 59, start + 60, start + 61});
  CHECK(x.values == std::vector<double>{1, 2, 3, 4});
  auto grouped = filled(of, windows, {start, start + 200, 40}, "sum");
  CHECK(grouped.times == std::vector<int64_t>{start + 80});
  CHECK(grouped.values == std::vector<double>{10});
}

TEST_CASE("dimensions are found where another definition put them",
          "[actors]") {
  auto now = make_chart("c", {"new", "b", "a"});
  auto before = make_chart("c", {"a", "b"});
  auto x
      = filled(now, {window_of(before, {{0, {1, 2}}})}, {start - 1, start, 1});
  CHECK(std::isnan(x.values[0]));
  CHECK(x.values[1] == 2);
  CHECK(x.values[2] == 1);
}

TEST_CASE("only the dimensions that were asked for are columns", "[actors]") {
  auto of
      = make_chart("c", {"a", "b", "c"}, algorithm::percentage_of_absolute_row);
  auto x = filled({}, of, {window_of(of, {{0, {25, 25, 50}}})},
                  {start - 1, start, 1}, {false, false, true});
  REQUIRE(x.columns.size() == 1);
  CHECK(x.columns[0].id == "c");
  CHECK(x.values == std::vector<double>{50}); // of the whole row
}

TEST_CASE("a chart that is known no more has the columns that come",
          "[actors]") {
  auto before = make_chart("c", {"a"});
  auto after = make_chart("c", {"b", "a"});
  auto x = filled({}, nullptr,
                  {window_of(before, {{0, {1}}}),
                   window_of(after, {{0, {3, 2}}}, start + 60)},
                  {start - 1, start + 60, 60});
  REQUIRE(x.columns.size() == 2);
  CHECK(x.columns[1].id == "b");
  CHECK(x.times == std::vector<int64_t>{start, start + 60});
  CHECK(x.values[0] == 1);
  CHECK(std::isnan(x.values[1]));
  CHECK(x.values[2] == 2);
  CHECK(x.values[3] == 3);
}

TEST_CASE("functions of a row pass over its gaps", "[actors]") {
  auto of = make_chart("c", {"a"});
  auto windows = std::vector<window_table>{
      window_of(of, {{1, {4}}, {2, {}}, {5, {-2}}, {9, {1}}, {30, {7}}})};
  auto first = [&](const char* group, const char* options = "") {
    auto x = filled(grouping_by(group, options), of, windows,
                    {start, start + 40, 10});
    CHECK(x.times == std::vector<int64_t>{start + 10, start + 20, start + 30});
    CHECK(std::isnan(x.values[1])); // nothing is in it
    return x.values[0];
  };
  CHECK(first("average") == 1);
  CHECK(first("median") == 1);
  CHECK(first("incremental-sum") == -3);
  CHECK(first("latest") == 1);
  CHECK(first("extremes") == 4);
  CHECK(first("stddev") == 3); // squares 9, 9, 0; of two degrees
  CHECK(first("cv") == 300);
  CHECK(first("countif", ">0") == Approx(200.0 / 3));
  CHECK(first("percentile50") == 1);
  CHECK(first("trimmed-mean") == 1);
}

TEST_CASE("smoothing goes on from row to row", "[actors]") {
  auto of = make_chart("c", {"a"});
  auto windows = std::vector<window_table>{
      window_of(of, {{0, {8}}, {1, {0}}, {3, {0}}})};
  // Fifteen rows are looked back over: a share of an eighth.
  auto x = filled(of, windows, {start - 1, start + 9, 1}, "ses");
  CHECK(x.values[0] == 8);
  CHECK(x.values[1] == 7);
  CHECK(std::isnan(x.values[2]));
  CHECK(x.values[3] == 6.125);
  // Rows of three points: a half.
  x = filled(of, windows, {start - 1, start + 9, 3}, "ses");
  CHECK(x.values == std::vector<double>{8, 2});
}

TEST_CASE("averages are per as many seconds as asked", "[actors]") {
  auto of = make_chart("c", {"a"}, algorithm::incremental);
  query_request what;
  what.resample_seconds = 60;
  std::map<size_t, std::vector<int64_t>> rows;
  for (size_t slot = 1; slot < 60; ++slot)
    rows[slot] = {2};
  auto x = filled(what, of, {window_of(of, rows)}, {start, start + 59, 60});
  CHECK(x.values == std::vector<double>{120});
}

TEST_CASE("rows that do not end at multiples end with the range", "[actors]") {
  auto of = make_chart("c", {"a"});
  auto windows = std::vector<window_table>{
      window_of(of, {{0, {1}}, {3, {2}}, {4, {4}}, {13, {8}}})};
  auto x = filled(of, windows, {start - 7, start + 13, 10, 3}, "sum");
  CHECK(x.times == std::vector<int64_t>{start + 3, start + 13});
  CHECK(x.values == std::vector<double>{3, 12});
}

TEST_CASE("coarse points count for all that they are of", "[actors]") {
  using points = std::vector<std::array<double, 4>>;
  auto run = coarse_points(
      59, 60,
      points{{1, 5, 60, 30}, {-9, 8, 0, 60}, {0, 0, 0, 0}, {2, 2, 4, 2}});
  query_range two{-1, 239, 120, 119};
  auto of = [&](const char* group, const char* options = "") {
    return rows_of(grouping_by(group, options), two, {run}).values;
  };
  using values = std::vector<double>;
  CHECK(of("average") == values{60.0 / 90, 2});
  CHECK(of("sum") == values{60, 4});
  CHECK(of("min") == values{-9, 2});
  CHECK(of("max") == values{8, 2});
  CHECK(of("extremes") == values{-9, 2});
  // What needs values takes the average of each point: 2 and 0, then 2.
  CHECK(of("median") == values{1, 2});
  CHECK(of("latest") == values{0, 2});
  CHECK(of("incremental-sum") == values{-2, 0});
  CHECK(of("countif", ">1") == values{50, 100});
  CHECK(rows_of({}, two, {run}).times == std::vector<int64_t>{119, 239});
}

TEST_CASE("a point that is longer than a row is in each", "[actors]") {
  using points = std::vector<std::array<double, 4>>;
  auto run = coarse_points(59, 60, points{{1, 5, 120, 60}});
  query_range fine{-1, 59, 20, 19};
  CHECK(rows_of({}, fine, {run}).values == std::vector<double>{2, 2, 2});
  CHECK(rows_of(grouping_by("max"), fine, {run}).values
        == std::vector<double>{5, 5, 5});
  CHECK(rows_of(grouping_by("sum"), fine, {run}).values
        == std::vector<double>{40, 40, 40});
  run.counted = {10, 39};
  CHECK(rows_of(grouping_by("sum"), fine, {run}).values
        == std::vector<double>{20, 40});
  query_request natural;
  natural.natural_points = true;
  run.counted = {0, 59};
  CHECK(rows_of(natural, fine, {run}).times == std::vector<int64_t>{59});
}

TEST_CASE("a part of a point counts in part", "[actors]") {
  using points = std::vector<std::array<double, 4>>;
  auto run = coarse_points(59, 60, points{{1, 5, 120, 60}, {3, 3, 180, 60}});
  run.counted = {30, 119};
  query_range range{29, 119, 120, 119};
  CHECK(rows_of(grouping_by("sum"), range, {run}).values
        == std::vector<double>{240});
  CHECK(rows_of({}, range, {run}).values[0] == Approx(240.0 / 90));
}

TEST_CASE("slots are spread whatever points the run had before", "[actors]") {
  auto chart = scaled_chart(algorithm::absolute, 1, 1, 10);
  auto window = window_of(chart, {{10, {1, 2}}, {20, {3, 4}}});
  query_table table{{}, {start, start + 20, 5, 0}, chart, {true, true}};
  point_run run;
  run.counted = {1, 2}; // as a coarser tier left it
  shown_slots(window, window.charts().begin()->second, start + 1, start + 20,
              table.wanted_of(chart), run);
  table.add(chart, run);
  query_answer result;
  table.finish(result);
  CHECK(result.values == std::vector<double>{1, 2, 1, 2, 3, 4, 3, 4});
}
