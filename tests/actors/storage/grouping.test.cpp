#include "actors/storage/grouping.hpp"

#include <algorithm>
#include <cmath>

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

group_rule rule_of(std::string_view group, std::string_view options = {}) {
  auto result = parse_group_rule(group, options);
  INFO((result ? std::string{} : to_text(result.error())));
  REQUIRE(result);
  return *result;
}

std::string refusal(std::string_view group, std::string_view options = {}) {
  auto result = parse_group_rule(group, options);
  REQUIRE_FALSE(result);
  CHECK(code_of(result.error()) == ec::bad_request);
  return to_text(result.error());
}

/// What a row of these values comes to.
double come_to(const group_rule& rule, std::vector<double> values) {
  row_totals totals;
  totals.min = *std::min_element(values.begin(), values.end());
  totals.max = *std::max_element(values.begin(), values.end());
  totals.first = values.front();
  totals.last = values.back();
  smoothing smooth;
  smooth.share = 0.5;
  for (auto x : values) {
    totals.sum += x;
    totals.count += 1;
    smooth.add(x, rule.function == grouping::des);
  }
  if (!needs_values(rule.function))
    values.clear();
  return grouped(rule, totals, values, smooth);
}

double come_to(std::string_view group, std::vector<double> values) {
  return come_to(rule_of(group), std::move(values));
}

} // namespace

TEST_CASE("each function has the value that a hand computes", "[actors]") {
  const std::vector<double> row{4, -2, 9, 1, 8};
  CHECK(come_to("average", row) == 4);
  CHECK(come_to("min", row) == -2);
  CHECK(come_to("max", row) == 9);
  CHECK(come_to("sum", row) == 20);
  CHECK(come_to("incremental-sum", row) == 4); // 8 - 4
  CHECK(come_to("median", row) == 4);
  // Squares of 0, -6, 5, -3, 4 are 86 in sum.
  CHECK(come_to("stddev", row) == Approx(std::sqrt(86.0 / 4)));
  CHECK(come_to("cv", row) == Approx(std::sqrt(86.0 / 4) * 100 / 4));
  CHECK(come_to("extremes", row) == 9);
  CHECK(come_to("extremes", {4, -12, 9}) == -12);
  CHECK(come_to("extremes", {-4, -12}) == -12);
  CHECK(come_to("latest", row) == 8);
  // 4, 1, 5, 3, 5.5
  CHECK(come_to("ses", row) == 5.5);
  // Level and trend: 4 0, 1 -1.5, 4.25 0.875, 3.0625 -0.15625,
  // 8 / 2 + (3.0625 - 0.15625) / 2
  CHECK(come_to("des", row) == Approx(5.453125));
}

TEST_CASE("ranks are interpolated, ends are cut", "[actors]") {
  CHECK(come_to("median", {1, 10}) == 5.5);
  CHECK(come_to("median", {7, 1, 3, 100}) == 5);
  std::vector<double> hundred;
  for (int i = 100; i > 0; --i)
    hundred.push_back(i);
  CHECK(come_to("percentile", hundred) == Approx(95.05));
  CHECK(come_to("percentile50", hundred) == Approx(50.5));
  CHECK(come_to(rule_of("percentile", "0"), hundred) == 1);
  CHECK(come_to(rule_of("percentile", "100"), hundred) == 100);
  CHECK(come_to(rule_of("percentile25", "75"), hundred) == Approx(75.25));
  hundred[0] = 1e6;                                        // was 100
  CHECK(come_to("trimmed-mean", hundred) == Approx(50.5)); // of 6 to 95
  CHECK(come_to("trimmed-mean25", hundred) == Approx(50.5));
  CHECK(come_to(rule_of("trimmed-mean", "0"), hundred)
        == Approx((4950 + 1e6) / 100));
  CHECK(come_to("trimmed-mean", {1, 2, 6}) == 3); // less than one value
  // 1 to 99 lie below 5 % of the range, and the outlier above: nothing lies
  // between, so it is the plain median.
  CHECK(come_to("trimmed-median", hundred) == Approx(50.5));
  // 0 to 100: from 20 to 80 lie 30, 40 and 70.
  CHECK(come_to("trimmed-median20", {0, 10, 30, 40, 70, 90, 100}) == 40);
  CHECK(come_to("trimmed-median20", {0, 1, 2, 30, 40, 70, 100}) == 40);
  CHECK(come_to("median", {0, 1, 2, 30, 40, 70, 100}) == 30);
}

TEST_CASE("a row of one value has no spread", "[actors]") {
  for (auto group :
       {"average", "min", "max", "sum", "median", "extremes", "latest",
        "percentile", "trimmed-mean", "trimmed-median", "ses", "des"})
    CHECK(come_to(group, {-3}) == -3);
  CHECK(come_to("incremental-sum", {-3}) == 0);
  CHECK(come_to("stddev", {-3}) == 0);
  CHECK(come_to("cv", {-3}) == 0);
  CHECK(come_to("cv", {0}) == 0);
  CHECK(std::isnan(come_to("cv", {-1, 1}))); // of a mean of nothing
}

TEST_CASE("countif compares as asked", "[actors]") {
  const std::vector<double> row{1, 2, 2, 3, 0};
  auto share = [&](std::string_view options) {
    return come_to(rule_of("countif", options), row);
  };
  CHECK(share(">2") == 20);
  CHECK(share(">=2") == 60);
  CHECK(share("<2") == 40);
  CHECK(share("<=2") == 80);
  CHECK(share("=2") == 40);
  CHECK(share("==2") == 40);
  CHECK(share("!=2") == 60);
  CHECK(share("<>2") == 60);
  CHECK(share(" >= 1.5 ") == 60);
  CHECK(share("2") == 40);
  CHECK(share(">-1") == 100);
  CHECK(share("") == 20); // 0, where nothing is said
}

TEST_CASE("functions have the names of Netdata", "[actors]") {
  CHECK(rule_of("avg").function == grouping::average);
  CHECK(rule_of("mean").function == grouping::average);
  CHECK(rule_of("incremental_sum").function == grouping::incremental_sum);
  CHECK(rule_of("rsd").function == grouping::cv);
  CHECK(rule_of("coefficient-of-variation").function == grouping::cv);
  CHECK(rule_of("ema").function == grouping::ses);
  CHECK(rule_of("ewma").function == grouping::ses);
  CHECK(rule_of("percentile").parameter == 95);
  CHECK(rule_of("percentile99").parameter == 99);
  CHECK(rule_of("trimmed-mean").parameter == 5);
  CHECK(rule_of("trimmed-mean1").function == grouping::trimmed_mean);
  CHECK(rule_of("trimmed-median25").parameter == 25);
  CHECK(std::string{to_string(grouping::trimmed_median)} == "trimmed-median");
}

TEST_CASE("nonsense is refused with what is known", "[actors]") {
  auto text = refusal("foo");
  for (auto known : {"average", "incremental-sum", "countif", "percentile25",
                     "trimmed-median", "latest", "foo"})
    CHECK(text.find(known) != std::string::npos);
  CHECK(refusal(std::string(5000, 'x')).size() < 700);
  refusal("");
  refusal("percentile60");
  refusal("percentile-1");
  refusal("trimmed-mean4");
  refusal("median5");
  CHECK(refusal("average", "5").find("takes none") != std::string::npos);
  refusal("countif", ">");
  refusal("countif", ">x");
  refusal("countif", ">>1");
  refusal("countif", "nan");
  refusal("percentile", "101");
  refusal("percentile", "-1");
  refusal("percentile", "ten");
  refusal("trimmed-mean", "50");
  refusal("trimmed-median", "inf");
}
