#include "schema/definition.hpp"

#include <catch2/catch.hpp>

#include "schema/link.hpp"
#include "schema/roster.hpp"
#include "tests/schema/describe.hpp"
#include "tests/schema/examples.hpp"

using namespace tributary;

namespace {

/// A layout of one changed copy of `system.load`.
template <class F>
caf::expected<layout> open_changed(F change) {
  auto x = std::make_shared<chart>(*examples::load_chart());
  change(*x);
  return open_layout(seal_layout({{x}}));
}

template <class F>
void check_chart_refused(F change) {
  auto x = open_changed(change);
  REQUIRE_FALSE(x);
  CHECK(to_text(x.error()) == "corrupt: layout: a bound is broken");
}

template <class F>
bool host_opens(F change) {
  auto host = examples::host();
  change(host);
  link_host_open message{1, host, {host.id}, false, true, {}};
  auto read = open_message(examples::body_of(message));
  if (read)
    CHECK(describe(*read) == describe(link_message{message}));
  else
    CHECK(to_text(read.error()) == "corrupt: link: hostOpen breaks a bound");
  return static_cast<bool>(read);
}

std::shared_ptr<chart> chart_of(size_t dimensions) {
  auto result = std::make_shared<chart>();
  result->id = "c";
  for (size_t i = 0; i < dimensions; ++i)
    result->dimensions.push_back({std::to_string(i), ""});
  return result;
}

std::string text_of(size_t bytes) {
  return std::string(bytes, 'x');
}

} // namespace

TEST_CASE("a layout comes back as it was sealed", "[schema]") {
  layout x{{examples::cpu_chart(), examples::load_chart()}};
  CHECK(x.columns() == 6);
  auto sealed = seal_layout(x);
  CHECK(sealed.size() % 8 == 0);
  auto read = open_layout(sealed);
  REQUIRE(read);
  CHECK(describe(read->charts) == describe(x.charts));
  CHECK(seal_layout(*read) == sealed);
}

TEST_CASE("equal layouts have equal names", "[schema]") {
  auto name = [](const layout& x) {
    auto sealed = seal_layout(x);
    return hash_of(sealed.data(), sealed.size());
  };
  layout x{{examples::cpu_chart()}};
  CHECK(name(x) == name({{examples::cpu_chart()}}));
  CHECK(name(x) != name({{examples::load_chart()}}));
}

TEST_CASE("a roster run comes back as it was sealed", "[schema]") {
  roster_run x{7, 12, {examples::load_chart(), examples::cpu_chart()}};
  auto sealed = seal_roster_run(x);
  auto read = open_roster_run(sealed);
  REQUIRE(read);
  CHECK(describe(*read) == describe(x));
  CHECK(seal_roster_run(*read) == sealed);
}

TEST_CASE("a life has a number above all before it", "[schema]") {
  CHECK(next_epoch(0, 1'700'000'000) == 1'700'000'000);
  CHECK(next_epoch(4, 1'700'000'000) == 1'700'000'000); // 5 may be another's
  CHECK(next_epoch(1'700'000'000, 1'700'000'000) == 1'700'000'001);
  CHECK(next_epoch(1'700'000'009, 1'700'000'000) == 1'700'000'010);
  // Clocks that are wrong.
  CHECK(next_epoch(0, 0) == 1);
  CHECK(next_epoch(7, -1) == 8);
  CHECK(next_epoch(7, epoch_of_clock_max) == 4'000'000'000);
  CHECK(next_epoch(7, epoch_of_clock_max + 1) == 8);
  CHECK(next_epoch(7, INT64_MAX) == 8);
}

TEST_CASE("a roster run of epoch 0 is refused", "[schema]") {
  CHECK_FALSE(open_roster_run(seal_roster_run({0, 0, {}})));
  CHECK(open_roster_run(seal_roster_run({1, 0, {}})));
}

TEST_CASE("every bound of a chart is checked", "[schema]") {
  check_chart_refused([](chart& x) { x.id.clear(); });
  check_chart_refused([](chart& x) { x.step = 0; });
  check_chart_refused([](chart& x) { x.dimensions.clear(); });
  check_chart_refused([](chart& x) { x.type = static_cast<chart_type>(3); });
  check_chart_refused([](chart& x) { x = *chart_of(129); });
  CHECK(open_changed([](chart& x) { x = *chart_of(128); }));
}

TEST_CASE("every bound of a dimension is checked", "[schema]") {
  check_chart_refused([](chart& x) { x.dimensions[1].id.clear(); });
  check_chart_refused([](chart& x) { x.dimensions[1].multiplier = 0; });
  check_chart_refused([](chart& x) { x.dimensions[1].divisor = 0; });
  check_chart_refused([](chart& x) { x.dimensions[1].id = "load15"; });
  check_chart_refused(
      [](chart& x) { x.dimensions[1].algorithm = static_cast<algorithm>(5); });
  CHECK(open_changed(
      [](chart& x) { x.dimensions[1].algorithm = algorithm::real; }));
}

TEST_CASE("texts of a chart are at most 1,024 bytes", "[schema]") {
  std::string chart::*texts[]
      = {&chart::id,    &chart::name,  &chart::context, &chart::family,
         &chart::title, &chart::units, &chart::module};
  for (auto text : texts) {
    check_chart_refused([&](chart& x) { x.*text = text_of(1025); });
    CHECK(open_changed([&](chart& x) { x.*text = text_of(1024); }));
  }
  check_chart_refused([](chart& x) { x.dimensions[0].id = text_of(1025); });
  check_chart_refused([](chart& x) { x.dimensions[0].name = text_of(1025); });
  CHECK(open_changed([](chart& x) { x.dimensions[0].id = text_of(1024); }));
}

TEST_CASE("a text with a zero byte is refused", "[schema]") {
  // Made by hand: writing ends a text at its first zero byte.
  auto sealed = seal_layout({{examples::cpu_chart()}});
  auto at = sealed.find("system");
  while (at != std::string::npos) {
    auto bad = sealed;
    bad[at + 2] = '\0';
    CHECK_FALSE(open_layout(bad));
    at = sealed.find("system", at + 1);
  }
}

TEST_CASE("extreme numbers of a chart come back", "[schema]") {
  auto read = open_changed([](chart& x) {
    x.step = 65535;
    x.priority = INT32_MIN;
    x.dimensions[0].multiplier = INT64_MIN;
    x.dimensions[0].divisor = INT64_MAX;
  });
  REQUIRE(read);
  auto& x = *read->charts[0];
  CHECK(x.step == 65535);
  CHECK(x.priority == INT32_MIN);
  CHECK(x.dimensions[0].multiplier == INT64_MIN);
  CHECK(x.dimensions[0].divisor == INT64_MAX);
}

TEST_CASE("a layout is a group of charts in ascending order", "[schema]") {
  auto refused = [](const layout& x) {
    auto read = open_layout(seal_layout(x));
    REQUIRE_FALSE(read);
    CHECK(to_text(read.error())
          == "corrupt: layout: not a group of sorted charts");
  };
  refused({});
  refused({{examples::load_chart(), examples::cpu_chart()}});
  refused({{examples::cpu_chart(), examples::cpu_chart()}});
  layout wide;
  for (int i = 0; i <= group_columns_max / 128; ++i) {
    auto x = chart_of(128);
    x->id = std::to_string(1000 + i);
    wide.charts.push_back(x);
  }
  refused(wide);
  wide.charts.pop_back();
  CHECK(open_layout(seal_layout(wide)));
}

TEST_CASE("a roster run of more columns than a host has is refused",
          "[schema]") {
  roster_run x{1, 0, {}};
  x.charts.assign(host_columns_max / 128, chart_of(128));
  x.charts.push_back(chart_of(1));
  CHECK_FALSE(open_roster_run(seal_roster_run(x)));
}

TEST_CASE("a host is read as it was written", "[schema]") {
  CHECK(host_opens([](auto&) {}));
  CHECK(host_opens([](auto& x) { x.info.clear(); }));
  CHECK(host_opens([](auto& x) { x.window_seconds = 60; }));
  CHECK(host_opens([](auto& x) { x.window_seconds = 3600; }));
  CHECK(host_opens([](auto& x) { x.group_columns = 16; }));
  CHECK(host_opens([](auto& x) { x.group_columns = 1024; }));
  CHECK(host_opens([](auto& x) { x.hostname = text_of(253); }));
  CHECK(host_opens([](auto& x) { x.info.resize(64); }));
  CHECK(host_opens([](auto& x) { x.info[0].second = text_of(1024); }));
}

TEST_CASE("every bound of a host is checked", "[schema]") {
  CHECK_FALSE(host_opens([](auto& x) { x.id = {}; }));
  CHECK_FALSE(host_opens([](auto& x) { x.epoch = 0; }));
  CHECK_FALSE(host_opens([](auto& x) { x.hostname.clear(); }));
  CHECK_FALSE(host_opens([](auto& x) { x.hostname = text_of(254); }));
  CHECK_FALSE(host_opens([](auto& x) { x.window_seconds = 59; }));
  CHECK_FALSE(host_opens([](auto& x) { x.window_seconds = 0; }));
  CHECK_FALSE(host_opens([](auto& x) { x.window_seconds = 3601; }));
  CHECK_FALSE(host_opens([](auto& x) { x.group_columns = 15; }));
  CHECK_FALSE(host_opens([](auto& x) { x.group_columns = 1025; }));
  CHECK_FALSE(host_opens([](auto& x) { x.info.resize(65); }));
  CHECK_FALSE(host_opens([](auto& x) { x.info[0].first = text_of(1025); }));
  CHECK_FALSE(host_opens([](auto& x) { x.info[0].second = text_of(1025); }));
}

TEST_CASE("bytes that are no definition are refused", "[schema]") {
  auto sealed = seal_layout({{examples::cpu_chart()}});
  auto refused = [](std::string_view bytes) {
    auto x = open_layout(bytes);
    return !x && code_of(x.error()) == ec::corrupt && !open_roster_run(bytes);
  };
  CHECK(refused({}));
  CHECK(refused(std::string(8, '\0')));
  CHECK(refused(std::string(64, '\xff')));
  for (size_t n = 0; n < sealed.size(); ++n)
    CHECK(refused(std::string_view{sealed}.substr(0, n)));
  CHECK(refused(sealed + "x"));
  CHECK(refused(sealed + std::string(8, '\0')));
}

TEST_CASE("windows begin at multiples shifted by the host", "[schema]") {
  host_definition x;
  x.id = guid::from_words(0, 1234567); // phase 1234567 mod 600 = 367
  CHECK(x.window_start(367) == 367);
  CHECK(x.window_start(366) == 367 - 600);
  CHECK(x.window_start(966) == 367);
  CHECK(x.window_start(967) == 967);
  for (tick t = 1'700'000'000; t < 1'700'001'300; ++t) {
    auto start = x.window_start(t);
    CHECK((start <= t && t < start + 600));
    CHECK((start - 367) % 600 == 0);
  }
}
