#include "schema/roster.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/examples.hpp"

using namespace tributary;

TEST_CASE("a roster gives charts their columns in order", "[schema]") {
  roster x{7};
  CHECK(x.epoch() == 7);
  CHECK(x.columns() == 0);
  CHECK(x.append(examples::cpu_chart()) == 0);
  CHECK(x.append(examples::load_chart()) == 3);
  CHECK(x.append(examples::wide_chart()) == 6);
  CHECK(x.columns() == 66);
  REQUIRE(x.charts().size() == 3);
  CHECK(x.charts()[1].first_column == 3);
  CHECK(x.charts()[1].chart->id == "system.load");
}

TEST_CASE("a roster knows which columns are counters", "[schema]") {
  auto x = examples::wide_roster();
  for (uint32_t i = 0; i < x.columns(); ++i) {
    CHECK(x.is_counter_column(i) == (i < 3));
    CHECK(x.gauge_mask()[i] == (i < 3 ? 0 : -1));
  }
}

TEST_CASE("only ends of charts are prefixes of a roster", "[schema]") {
  auto x = examples::wide_roster();
  for (uint32_t i = 0; i <= 100; ++i)
    CHECK(x.is_prefix(i) == (i == 0 || i == 3 || i == 6 || i == 66));
  CHECK(roster{}.is_prefix(0));
  CHECK_FALSE(roster{}.is_prefix(1));
}

TEST_CASE("a chart id that stands twice finds the later one", "[schema]") {
  auto x = examples::wide_roster();
  auto again = std::make_shared<chart>(*examples::cpu_chart());
  again->title = "again";
  CHECK(x.append(again) == 66);
  auto found = x.find("system.cpu");
  REQUIRE(found != nullptr);
  CHECK(found->first_column == 66);
  CHECK(found->chart->title == "again");
  CHECK(x.charts()[0].chart->title != "again");
  CHECK(x.find("system.cp") == nullptr);
}

TEST_CASE("a copy of a roster outlives the original", "[schema]") {
  roster copy;
  {
    auto original = examples::wide_roster();
    original.append(examples::cpu_chart());
    copy = original;
  }
  REQUIRE(copy.find("system.cpu") != nullptr);
  CHECK(copy.find("system.cpu")->first_column == 66);
  copy.append(examples::cpu_chart());
  CHECK(copy.find("system.cpu")->first_column == 69);
}
