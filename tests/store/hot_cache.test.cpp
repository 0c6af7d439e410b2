#include "store/hot_cache.hpp"

#include <catch2/catch.hpp>

#include "store/hot.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::cells_of;
using examples::make_chart;
using examples::make_host;
using examples::origin;

namespace {

constexpr tick start = 6000; // of a window of 60

/// A host with two charts, of which one changes each second.
struct live_host {
  explicit live_host(uint64_t number) : host(make_host(number), {}) {
    REQUIRE_FALSE(host.define(from.run()));
  }

  void step() {
    REQUIRE(host.apply(*from.seal(next, {next, 7, -next}, next % 60 == 0)));
    ++next;
  }

  hot_window window() const {
    return host.windows(next - 1, next - 1).at(0);
  }

  tick next = start;
  origin from{1, {make_chart("a", {"x", "y"}), make_chart("b", {"z"})}};
  hot_host host;
};

void check_same(hot_cache& cache, const live_host& from, int64_t now) {
  auto window = from.window();
  for (auto chart : {"a", "b", "none"}) {
    auto made = cache.table(window, chart, now);
    auto expected = window.table(chart);
    CHECK(made.epochs() == expected.epochs());
    CHECK(made.charts().size() == expected.charts().size());
    CHECK(cells_of(made) == cells_of(expected));
  }
}

} // namespace

TEST_CASE("a cached window answers as a decoded one does, while it grows",
          "[store][hot]") {
  live_host from{1};
  hot_cache cache;
  for (int i = 0; i < 59; ++i) {
    from.step();
    check_same(cache, from, 100);
  }
  CHECK(cache.bytes() > 0);
  from.host.close_windows(start + 60);
  from.step();
  from.step(); // the next window
  check_same(cache, from, 100);
}

TEST_CASE("one question keeps no table", "[store][hot]") {
  live_host from{1};
  from.step();
  hot_cache cache;
  CHECK(cells_of(cache.table(from.window(), "a", 100)).size() == 2);
  CHECK(cache.bytes() == 0);
  cache.table(from.window(), "b", 101);
  CHECK(cache.bytes() > 0);
}

TEST_CASE("cached windows go when nobody asks", "[store][hot]") {
  live_host first{1};
  live_host second{2};
  first.step();
  second.step();
  hot_cache cache;
  check_same(cache, first, 100);
  check_same(cache, second, 130);
  auto both = cache.bytes();
  cache.expire(159);
  CHECK(cache.bytes() == both);
  cache.expire(160);
  CHECK(cache.bytes() == both / 2);
  CHECK_FALSE(cache.empty());
  cache.expire(190);
  CHECK(cache.bytes() == 0);
  CHECK(cache.empty());
}

TEST_CASE("cached windows stay within their bytes", "[store][hot]") {
  live_host first{1};
  live_host second{2};
  live_host third{3};
  for (auto x : {&first, &second, &third})
    x->step();
  hot_cache whole;
  check_same(whole, first, 100);
  auto one = whole.bytes();
  hot_cache cache{{one * 2, 60}};
  check_same(cache, first, 100);
  check_same(cache, second, 100);
  check_same(cache, first, 100);
  check_same(cache, third, 100); // in the place of the second
  CHECK(cache.bytes() == one * 2);
  check_same(cache, first, 100);
  check_same(cache, second, 100);
  CHECK(cache.bytes() == one * 2);
  hot_cache none{{one - 1, 60}}; // a wide host is decoded each time
  check_same(none, first, 100);
  CHECK(none.bytes() == 0);
}
