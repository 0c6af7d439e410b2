#include "actors/storage/queries.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "actors/storage/shown.hpp"
#include "schema/real.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::make_chart;

TEST_CASE("patterns name dimensions by id or name", "[actors]") {
  auto x = std::make_shared<chart>(*make_chart("c", {"user", "sys", "idle"}));
  x->dimensions[1].name = "system";
  auto match = dimension_match::ids_and_names;
  auto matching = [&](std::vector<std::string> names) {
    auto result = matching_columns(columns_of(*x), names, match, x->id);
    REQUIRE(result);
    return *result;
  };
  auto refused = [&](std::vector<std::string> names) {
    auto result = matching_columns(columns_of(*x), names, match, x->id);
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
  match = dimension_match::ids;
  CHECK(matching({"sys"}) == indexes{1});
  CHECK(refused({"system"}) == "not_found: dimension system of c");
  match = dimension_match::names;
  CHECK(matching({"system"}) == indexes{1});
  CHECK(refused({"sys"}) == "not_found: dimension sys of c");
}

TEST_CASE("reals are shown as they are, scaled", "[actors]") {
  auto x = *make_chart("c", {"a", "b"}, algorithm::real);
  x.dimensions[1].multiplier = -3;
  x.dimensions[1].divisor = 4;
  std::vector<double> shown;
  shown_values(x, {ordered_bits(0.1), ordered_bits(-2.5)}, {true, true}, shown);
  CHECK(shown == std::vector<double>{0.1, -2.5 * -3 / 4});
  window_table window{600, 60};
  window.claim(5, 1);
  auto& of = window.chart_for(std::make_shared<const chart>(x), 1);
  set_slot(of.columns[0], 5, ordered_bits(0.1), false);
  point_run run;
  shown_slots(window, of, 600, 659, {true, true}, run);
  CHECK(run.columns[0].sum[5] == 0.1);
  CHECK(std::isnan(run.columns[0].sum[4]));
  CHECK(std::isnan(run.columns[1].sum[5]));
}

TEST_CASE("a pattern of many stars ends", "[actors]") {
  std::string name(1000, 'a');
  std::string pattern;
  for (int i = 0; i < 100; ++i)
    pattern += "*a";
  CHECK(matches_pattern(pattern, name));
  CHECK_FALSE(matches_pattern(pattern + "b", name));
}

namespace {

query_answer table_of(std::vector<std::string> ids,
                      std::vector<double> values) {
  query_answer result;
  for (auto& x : ids)
    result.columns.push_back({x, x, 0});
  result.values = std::move(values);
  for (size_t i = 0; i * ids.size() < result.values.size(); ++i)
    result.times.push_back(static_cast<int64_t>(i) + 1);
  return result;
}

} // namespace

TEST_CASE("percentages are of all dimensions, also those not asked for",
          "[actors]") {
  query_request what;
  what.chart = "c";
  what.percentages = true;
  what.dimensions = {"b"};
  auto x = table_of({"a", "b", "c"}, {1, 2, 5, NAN, 3, 1, 0, 0, 0, 4, NAN, 4});
  REQUIRE_FALSE(finish_table(what, x));
  REQUIRE(x.columns.size() == 1);
  CHECK(x.values[0] == 25);
  CHECK(x.values[1] == 75); // of those that are there
  CHECK(x.values[2] == 0);
  CHECK(std::isnan(x.values[3]));
  what.dimensions = {"nope"};
  x = table_of({"a"}, {1});
  CHECK(code_of(finish_table(what, x)) == ec::not_found);
}

TEST_CASE("values lose their signs before they are summed up", "[actors]") {
  query_request what;
  what.percentages = true;
  auto x = table_of({"in", "out"}, {1, -3});
  REQUIRE_FALSE(finish_table(what, x));
  CHECK(x.values == std::vector<double>{-50, 150});
  what.magnitudes = true;
  x = table_of({"in", "out"}, {1, -3});
  REQUIRE_FALSE(finish_table(what, x));
  CHECK(x.values == std::vector<double>{25, 75});
}

TEST_CASE("percentages are of one host each", "[actors]") {
  query_request what;
  what.percentages = true;
  auto x = table_of({"a", "b", "a", "b"}, {1, 3, 2, 2});
  x.columns[2].host = x.columns[3].host = 1;
  REQUIRE_FALSE(finish_table(what, x));
  CHECK(x.values == std::vector<double>{25, 75, 50, 50});
}
