#include "actors/collect/figure_charts.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

chart_heading heading(const char* id) {
  return {id, id, "family", "title", "units", chart_type::line, 1, "module"};
}

std::vector<figure_chart_row> make_table() {
  return {{heading("a.always"),
           chart_presence::always,
           {counter_of("in"), counter_of("out", "sent", below)}},
          {heading("a.rare"),
           chart_presence::once_not_zero,
           {counter_of("errors"), gauge_of("in", "level")}}};
}

struct fixture {
  figure_charts charts{make_table()};

  readings_type
  round(const std::vector<std::pair<const char*, std::optional<int64_t>>>& x) {
    charts.begin_round();
    for (auto& [key, value] : x)
      charts.note(key, value);
    readings_type result;
    charts.end_round(result);
    return result;
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "a figure goes wherever the table has it",
                 "[collect]") {
  auto readings = round({{"in", 5}, {"out", 6}, {"unknown", 7}});
  CHECK(charts.noted_count() == 2);
  CHECK(values(readings, "a.always") == values_type{5, 6});
  CHECK(values(readings, "a.rare") == values_type{std::nullopt, 5});
  auto sent = chart_of(readings, "a.always")->dimensions[1];
  CHECK(sent.id == "out");
  CHECK(sent.name == "sent");
  CHECK(sent.multiplier == -1);
  CHECK(sent.algorithm == algorithm::incremental);
  auto level = chart_of(readings, "a.rare")->dimensions[1];
  CHECK(level.id == "level");
  CHECK(level.algorithm == algorithm::absolute);
}

TEST_CASE_METHOD(fixture, "a chart without figures is not given", "[collect]") {
  CHECK(round({}).empty());
  CHECK(round({{"in", std::nullopt}}).empty());
  CHECK(charts.noted_count() == 0);
  CHECK(chart_ids(round({{"out", 0}})) == std::vector<std::string>{"a.always"});
}

TEST_CASE_METHOD(fixture, "figures of one round are forgotten in the next",
                 "[collect]") {
  round({{"in", 5}, {"out", 6}});
  CHECK(values(round({{"out", 7}}), "a.always")
        == values_type{std::nullopt, 7});
}

TEST_CASE_METHOD(fixture, "a withheld chart comes with where it stood",
                 "[collect]") {
  CHECK(chart_of(round({{"errors", 0}}), "a.rare") == nullptr);
  auto readings = round({{"errors", 2}});
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].values == values_type{2, std::nullopt});
  CHECK(readings[0].before == values_type{0, std::nullopt});
  CHECK(round({{"errors", 0}}).size() == 1);
}

TEST_CASE_METHOD(fixture, "a round without figures is no place to stand",
                 "[collect]") {
  round({{"errors", 0}});
  round({});
  auto readings = round({{"errors", 2}});
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].before.empty());
}

TEST_CASE_METHOD(fixture, "a missing figure is put in only where it is missing",
                 "[collect]") {
  charts.begin_round();
  charts.note("out", 9);
  charts.note_missing("in", 0);
  charts.note_missing("out", 0);
  charts.note_missing("unknown", 0);
  readings_type readings;
  charts.end_round(readings);
  CHECK(values(readings, "a.always") == values_type{0, 9});
}
