#include "actors/storage/query_merge.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/store/store_examples.hpp"

using namespace tributary;

namespace {

constexpr query_range range{0, 25, 10, 0};

query_answer part(std::vector<std::string> ids, std::vector<int64_t> times,
                  std::vector<double> values) {
  query_answer result;
  for (auto& x : ids)
    result.columns.push_back({x, x, 0});
  result.times = std::move(times);
  result.values = std::move(values);
  return result;
}

query_answer merged(aggregation by) {
  query_merge merge{range, by};
  merge.add(part({"a", "b"}, {10, 20}, {1, 2, NAN, 4}), 0);
  merge.add(part({"b", "c"}, {20, 25}, {8, 16, 32, 64}), 0);
  query_answer result;
  merge.finish(result);
  return result;
}

} // namespace

TEST_CASE("columns of one id become one", "[actors]") {
  auto x = merged(aggregation::sum);
  REQUIRE(x.columns.size() == 3);
  CHECK(x.columns[1].id == "b");
  CHECK(x.times == std::vector<int64_t>{10, 20, 25});
  auto& v = x.values;
  CHECK(v[0] == 1);
  CHECK(v[1] == 2);
  CHECK(std::isnan(v[2]));
  CHECK(std::isnan(v[3])); // a gap in one and no chart else has it
  CHECK(v[4] == 12);
  CHECK(v[5] == 16);
  CHECK(std::isnan(v[6]));
  CHECK(v[7] == 32);
  CHECK(v[8] == 64);
  CHECK(merged(aggregation::average).values[4] == 6);
  CHECK(merged(aggregation::min).values[4] == 4);
  CHECK(merged(aggregation::max).values[4] == 8);
  CHECK(merged(aggregation::average).values[7] == 32); // of one
}

TEST_CASE("columns of different hosts stay apart", "[actors]") {
  query_merge merge{range, aggregation::sum};
  merge.add(part({"a"}, {10}, {1}), 0);
  merge.add(part({"a"}, {10}, {2}), 1);
  merge.add(part({"b"}, {10}, {3}), 0);
  query_answer x;
  merge.finish(x);
  REQUIRE(x.columns.size() == 3);
  CHECK(x.values == std::vector<double>{1, 3, 2});
  CHECK(x.columns[1].host == 0);
  CHECK(x.columns[2].host == 1);
}

TEST_CASE("tables without rows give none", "[actors]") {
  query_merge merge{range, aggregation::sum};
  merge.add(part({"a"}, {}, {}), 0);
  query_answer x;
  merge.finish(x);
  CHECK(x.times.empty());
  CHECK(x.columns.size() == 1);
}

TEST_CASE("parts of a whole are averaged, all else is added up", "[actors]") {
  chart x;
  x.units = "percentage";
  CHECK(natural_aggregation(x) == aggregation::average);
  x.units = "%";
  CHECK(natural_aggregation(x) == aggregation::average);
  x.units = "KiB/s";
  CHECK(natural_aggregation(x) == aggregation::sum);
}
