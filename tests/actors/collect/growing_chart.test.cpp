#include "actors/collect/growing_chart.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

struct fixture {
  growing_chart chart{{"a.chart", "a.context", "family", "title", "units",
                       chart_type::stacked, 1, "module"}};

  size_t add(const std::string& id) {
    return chart.add(make_counter(id));
  }

  readings_type end() {
    readings_type result;
    chart.end_round(result);
    REQUIRE(result.size() <= 1);
    return result;
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "what never counted has no dimension", "[collect]") {
  auto a = add("a");
  auto b = add("b");
  chart.set(a, 0);
  chart.set(b, 0);
  CHECK(end().empty());
  chart.set(a, 0);
  chart.set(b, 4);
  auto readings = end();
  REQUIRE(readings.size() == 1);
  CHECK(dimension_ids(*readings[0].chart) == std::vector<std::string>{"b"});
  CHECK(readings[0].values == values_type{4});
  CHECK(readings[0].before == values_type{0});
  chart.set(b, 5);
  readings = end();
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].before.empty());
}

TEST_CASE_METHOD(fixture, "one more dimension means a new definition, later",
                 "[collect]") {
  auto a = add("a");
  auto b = add("b");
  chart.set(a, 1);
  auto first = end();
  for (uint64_t i = 1; i < growing_chart::rounds_between_min; ++i) {
    chart.set(a, 1);
    chart.set(b, 2);
    auto readings = end();
    REQUIRE(readings.size() == 1);
    CHECK(readings[0].chart == first[0].chart);
    CHECK(readings[0].values == values_type{1});
  }
  chart.set(a, 3);
  chart.set(b, 5);
  auto readings = end();
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].chart != first[0].chart);
  CHECK(readings[0].chart->id == first[0].chart->id);
  CHECK(readings[0].values == values_type{3, 5});
  CHECK(readings[0].before == values_type{1, 2});
}

TEST_CASE_METHOD(fixture, "a chart has as many dimensions as it may",
                 "[collect]") {
  std::vector<size_t> places;
  for (size_t i = 0; i < chart_dimensions_max + 10; ++i)
    places.push_back(add(std::to_string(i)));
  for (int round = 0; round < 200; ++round) {
    for (auto place : places)
      chart.set(place, 1);
    auto readings = end();
    REQUIRE(readings.size() == 1);
    CHECK(readings[0].values.size() == chart_dimensions_max);
  }
}

TEST_CASE_METHOD(fixture, "a counter that is not there is a gap", "[collect]") {
  auto a = add("a");
  auto b = add("b");
  chart.set(a, 1);
  chart.set(b, 1);
  end();
  chart.set(b, 2);
  CHECK(end()[0].values == values_type{std::nullopt, 2});
  CHECK(end().empty());
}
