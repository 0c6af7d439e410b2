#include "actors/storage/queries.hpp"

#include <catch2/catch.hpp>

#include <cmath>

#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::make_chart;

namespace {

constexpr tick start = 6000;

query_range resolved(int64_t after, int64_t before, uint32_t points = 0,
                     tick newest = 10'000, tick now = 10'005) {
  query_request what;
  what.after = after;
  what.before = before;
  what.points = points;
  auto result = resolve_range(what, newest, now);
  INFO((result ? std::string{} : to_text(result.error())));
  REQUIRE(result);
  return *result;
}

ec refused(int64_t after, int64_t before, uint32_t points = 0) {
  query_request what;
  what.after = after;
  what.before = before;
  what.points = points;
  auto result = resolve_range(what, 10'000, 10'005);
  REQUIRE_FALSE(result);
  return code_of(result.error());
}

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

query_answer filled(const chart_ptr& chart,
                    const std::vector<window_table>& windows, query_range range,
                    grouping group = grouping::average) {
  query_answer result;
  result.chart = chart;
  result.dimensions = *matching_dimensions(*chart, {});
  fill_table(windows, range, group, result);
  REQUIRE(result.values.size()
          == result.times.size() * result.dimensions.size());
  return result;
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

} // namespace

TEST_CASE("relative times count from before, and before from now", "[actors]") {
  auto x = resolved(-600, 0);
  CHECK(x.to == 10'000); // the newest tick
  CHECK(x.from == 9'400);
  CHECK(x.per_row == 1);
  CHECK(resolved(-60, 0, 0, 0, 10'005).to == 10'005); // nothing came so far
  x = resolved(-100, -50);
  CHECK(x.to == 9'955);
  CHECK(x.from == 9'855);
  x = resolved(5'000, 8'000);
  CHECK(x.from == 5'000);
  CHECK(x.to == 8'000);
  CHECK(resolved(9'000, -5).to == 10'000);
}

TEST_CASE("points bound the length of a row from below", "[actors]") {
  CHECK(resolved(-600, 0, 600).per_row == 1);
  CHECK(resolved(-600, 0, 599).per_row == 2);
  CHECK(resolved(-600, 0, 60).per_row == 10);
  CHECK(resolved(-600, 0, 1).per_row == 600);
  CHECK(resolved(-600, 0, 10'000).per_row == 1);
  CHECK(resolved(-86'400, 0).per_row == 5); // at most 20,000 rows
}

TEST_CASE("ranges that say nothing or too much are refused", "[actors]") {
  CHECK(refused(8'000, 8'000) == ec::bad_request);
  CHECK(refused(9'000, 8'000) == ec::bad_request);
  CHECK(refused(0, -5) == ec::bad_request);
  CHECK(refused(-query_slots_max - 1, 0) == ec::bad_request);
  CHECK(refused(-600, 0, query_points_max + 1) == ec::bad_request);
}

TEST_CASE("a range that nothing has come for yet is empty", "[actors]") {
  auto x = resolved(10'003, 0);
  CHECK(x.from == x.to);
  auto of = make_chart("c", {"a"});
  CHECK(filled(of, {window_of(of, {{0, {1}}})}, x).times.empty());
}

TEST_CASE("patterns name dimensions by id or name", "[actors]") {
  auto x = std::make_shared<chart>(*make_chart("c", {"user", "sys", "idle"}));
  x->dimensions[1].name = "system";
  auto matching = [&](std::vector<std::string> names) {
    auto result = matching_dimensions(*x, names);
    REQUIRE(result);
    return *result;
  };
  auto refused = [&](std::vector<std::string> names) {
    auto result = matching_dimensions(*x, names);
    REQUIRE_FALSE(result);
    CHECK(code_of(result.error()) == ec::not_found);
    return to_text(result.error());
  };
  using indexes = std::vector<size_t>;
  CHECK(matching({}) == indexes{0, 1, 2});
  CHECK(matching({"user"}) == indexes{0});
  CHECK(matching({"sys*"}) == indexes{1});
  CHECK(matching({"system"}) == indexes{1});
  CHECK(matching({"*"}) == indexes{0, 1, 2});
  CHECK(matching({"*s*e*"}) == indexes{0, 1});
  CHECK(matching({"idle", "user"}) == indexes{0, 2});
  CHECK(refused({"use"}) == "not_found: dimension use of c");
  CHECK(refused({""}) == "not_found: dimension  of c");
  CHECK(refused({"user", "nope", "no"}) == "not_found: dimension nope of c");
  CHECK(matching({"**"}) == indexes{0, 1, 2});
  CHECK(matching({"*us*er*"}) == indexes{0});
  CHECK(refused({"*er*us*"}) == "not_found: dimension *er*us* of c");
}

TEST_CASE("a pattern of many stars ends", "[actors]") {
  std::string name(1000, 'a');
  std::string pattern;
  for (int i = 0; i < 100; ++i)
    pattern += "*a";
  auto x = make_chart("c", {name});
  CHECK(matching_dimensions(*x, {pattern})->size() == 1);
  CHECK_FALSE(matching_dimensions(*x, {pattern + "b"}));
}

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
  auto x = filled(of, windows, range, grouping::sum);
  // (6000, 6010], (6010, 6020], and what there is of (6020, 6030]
  CHECK(x.times == std::vector<int64_t>{start + 10, start + 20, start + 25});
  CHECK(x.values == std::vector<double>{55, 155, 115});
  CHECK(filled(of, windows, range, grouping::min).values
        == std::vector<double>{1, 11, 21});
  CHECK(filled(of, windows, range, grouping::max).values
        == std::vector<double>{10, 20, 25});
  CHECK(filled(of, windows, range, grouping::average).values
        == std::vector<double>{5.5, 15.5, 23});
  // A later query cuts the same rows.
  range.from += 3;
  CHECK(filled(of, windows, range, grouping::sum).times == x.times);
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
  auto grouped = filled(of, windows, {start, start + 200, 40}, grouping::sum);
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
  query_answer x;
  x.chart = of;
  x.dimensions = {2};
  fill_table({window_of(of, {{0, {25, 25, 50}}})}, {start - 1, start, 1},
             grouping::average, x);
  CHECK(x.values == std::vector<double>{50}); // of the whole row
}
