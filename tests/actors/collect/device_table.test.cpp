#include "actors/collect/device_table.hpp"

#include <limits>

#include "actors/collect/define_chart.hpp"
#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

chart_heading make_heading(const std::string& id) {
  return {id,      "context",        "family", "title",
          "units", chart_type::line, 1,        "module"};
}

/// Traffic, and errors once there are any.
std::vector<device_chart_row> make_device_charts() {
  return {{make_heading("device."),
           chart_presence::always,
           {{0, make_counter("in")}, {1, make_counter("out")}}},
          {make_heading("errors."),
           chart_presence::once_not_zero,
           {{2, make_counter("errors")}}}};
}

device_total_row make_total() {
  return {define_chart(make_heading("total"),
                       {make_counter("in"), make_counter("out")}),
          0, 1};
}

/// A table, and one line of code for one line of a kernel table.
struct fixture {
  device_table table{make_device_charts(), make_total()};
  readings_type readings;

  void begin() {
    readings.clear();
    table.begin_round();
  }

  void see(const std::string& name, int64_t in, int64_t out,
           device_kind kind = device_kind::physical, int64_t errors = 0) {
    auto found = table.find(name);
    if (found == nullptr && table.has_room())
      found = &table.admit(name, kind);
    if (found != nullptr)
      table.record(*found, {in, out, errors}, readings);
    else
      table.leave_out();
  }

  values_type end() {
    table.end_round(readings);
    for (auto& x : readings)
      if (x.chart->id == "total")
        return x.values;
    return {};
  }
};

} // namespace

TEST_CASE_METHOD(fixture, "the total starts as the sum and adds increments",
                 "[collect]") {
  begin();
  see("a", 100, 10);
  see("b", 200, 20);
  see("c", 999, 999, device_kind::logical);
  see("d", 999, 999, device_kind::ignored);
  CHECK(end() == values_type{300, 30});
  CHECK(
      chart_ids(readings)
      == std::vector<std::string>{"device.a", "device.b", "device.c", "total"});
  begin();
  see("a", 101, 12);
  see("b", 203, 24);
  CHECK(end() == values_type{304, 36});
}

TEST_CASE_METHOD(fixture, "a device that goes or comes bends no total",
                 "[collect]") {
  begin();
  see("a", 100, 10);
  see("b", 200, 20);
  CHECK(end() == values_type{300, 30});
  begin();
  see("a", 101, 10);
  CHECK(end() == values_type{301, 30});
  begin();
  see("a", 102, 10);
  see("b", 5000, 5000);
  see("new", 7000, 7000);
  CHECK(end() == values_type{302, 30});
  begin();
  see("a", 102, 10);
  see("b", 5001, 5000);
  see("new", 7001, 7002);
  CHECK(end() == values_type{304, 32});
}

TEST_CASE_METHOD(fixture, "a device's reset adds nothing to the total",
                 "[collect]") {
  begin();
  see("a", 100, 10);
  CHECK(end() == values_type{100, 10});
  begin();
  see("a", 3, 11);
  CHECK(end() == values_type{100, 11});
  begin();
  see("a", 4, 11);
  CHECK(end() == values_type{101, 11});
}

TEST_CASE_METHOD(fixture, "without a physical device there is no total",
                 "[collect]") {
  begin();
  see("a", 1, 1, device_kind::logical);
  CHECK(end().empty());
  begin();
  see("a", 1, 1);
  see("b", 50, 60);
  CHECK(end() == values_type{50, 60});
  begin();
  see("a", 1, 1);
  CHECK(end().empty());
}

TEST_CASE_METHOD(fixture, "a chart is the same before and after an absence",
                 "[collect]") {
  begin();
  see("a", 1, 1);
  end();
  auto before = readings.front().chart;
  for (int i = 0; i < 3; ++i) {
    begin();
    end();
    CHECK(readings.empty());
  }
  begin();
  CHECK(table.find("a") == nullptr);
  see("a", 1, 1);
  end();
  CHECK(readings.front().chart == before);
}

TEST_CASE_METHOD(fixture, "names that are equal once safe give one reading",
                 "[collect]") {
  begin();
  see("a b", 1, 2);
  see("a/b", 3, 4);
  see("a_b", 5, 6);
  CHECK(end() == values_type{1, 2});
  CHECK(readings.size() == 2);
  CHECK(values(readings, "device.a_b") == values_type{1, 2});
}

TEST_CASE_METHOD(fixture, "beyond the bound devices are left out and counted",
                 "[collect]") {
  for (int round = 0; round < 3; ++round) {
    begin();
    for (size_t i = 0; i < device_table::device_count_max + 88; ++i)
      see("d" + std::to_string(i), 1, 1);
    end();
    CHECK(readings.size() == device_table::device_count_max + 1);
    CHECK(table.left_out_count() == 88);
  }
  begin();
  see("d0", 1, 1);
  end();
  CHECK(table.left_out_count() == 0);
  SECTION("vanished ones make room for others") {
    begin();
    see("d0", 1, 1);
    for (size_t i = 0; i < device_table::device_count_max; ++i)
      see("e" + std::to_string(i), 1, 1);
    end();
    CHECK(readings.size() == device_table::device_count_max + 1);
    CHECK(table.left_out_count() == 1);
  }
}

TEST_CASE_METHOD(fixture, "random names for years stay within the bound",
                 "[collect]") {
  for (int round = 0; round < 2000; ++round) {
    begin();
    see("eth0", round, 0);
    for (int i = 0; i < 7; ++i)
      see("veth" + std::to_string(7 * round + i), 1, 1, device_kind::logical);
    CHECK(end() == values_type{round, 0});
    CHECK(readings.size() == 9);
    CHECK(table.left_out_count() == 0);
  }
}

TEST_CASE_METHOD(fixture, "ignored names are bounded too", "[collect]") {
  begin();
  for (size_t i = 0; i < device_table::name_count_max + 5; ++i)
    see("p" + std::to_string(i), 1, 1, device_kind::ignored);
  end();
  CHECK(readings.empty());
  CHECK(table.left_out_count() == 5);
}

TEST_CASE_METHOD(fixture, "huge counters overflow no total", "[collect]") {
  constexpr auto largest = std::numeric_limits<int64_t>::max();
  begin();
  see("a", largest, 1);
  see("b", largest, 1);
  CHECK(end() == values_type{largest, 2});
  begin();
  see("a", 0, 0);
  see("b", 0, 0);
  CHECK(end() == values_type{largest, 2});
  begin();
  see("a", largest, largest);
  see("b", 0, 0);
  CHECK(end() == values_type{largest, 2});
}

TEST_CASE_METHOD(fixture, "a chart of errors comes with the first error",
                 "[collect]") {
  begin();
  see("a", 1, 1, device_kind::logical, 0);
  end();
  CHECK(chart_ids(readings) == std::vector<std::string>{"device.a"});
  begin();
  see("a", 1, 1, device_kind::logical, 3);
  end();
  REQUIRE(chart_ids(readings)
          == std::vector<std::string>{"device.a", "errors.a"});
  // It stood at 0 a round before, so all three are told.
  CHECK(readings[1].values == values_type{3});
  CHECK(readings[1].before == values_type{0});
  CHECK(readings[0].before.empty());
  begin();
  see("a", 1, 1, device_kind::logical, 0);
  end();
  CHECK(values(readings, "errors.a") == values_type{0});
  CHECK(readings[1].before.empty());
}

TEST_CASE_METHOD(fixture, "what a device read before it went is no base",
                 "[collect]") {
  begin();
  see("a", 1, 1, device_kind::logical, 0);
  end();
  begin();
  end();
  begin();
  see("a", 1, 1, device_kind::logical, 9);
  end();
  CHECK(values(readings, "errors.a") == values_type{9});
  CHECK(readings[1].before.empty());
}

TEST_CASE_METHOD(fixture, "a device has its last figures for one round",
                 "[collect]") {
  begin();
  see("a", 5, 6, device_kind::logical, 7);
  end();
  begin();
  auto found = table.find("a");
  REQUIRE(found != nullptr);
  auto last = table.previous(*found);
  REQUIRE(last != nullptr);
  CHECK(*last == device_figures{5, 6, 7});
  see("a", 8, 9, device_kind::logical, 10);
  CHECK(table.previous(*found) == nullptr);
  end();
}

TEST_CASE_METHOD(fixture, "of many devices only the first have all charts",
                 "[collect]") {
  begin();
  for (size_t i = 0; i < device_table::full_count_max + 5; ++i)
    see("d" + std::to_string(i), 1, 1, device_kind::logical, 1);
  end();
  CHECK(readings.size() == 2 * device_table::full_count_max + 5);
}
