#include "actors/link/destination_choice.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

constexpr destination_waits waits{5'000, 15'000};

destination_choice list_of(size_t count, uint64_t seed = 1) {
  destination_choice result{seed};
  result.reset(count, waits);
  return result;
}

} // namespace

TEST_CASE("the first of the list is tried first, at once", "[actors]") {
  auto choice = list_of(3);
  CHECK(choice.next(1'000).index == 0);
  CHECK(choice.next(1'000).wait_ms == 0);
  CHECK(choice.candidates(1'000) == std::vector<size_t>{0, 1, 2});
}

TEST_CASE("one that fails leaves no wait before the others", "[actors]") {
  auto choice = list_of(3);
  int64_t now = 1'000'000;
  choice.failed(0, link_end::unreachable, "refused", now);
  CHECK(choice.next(now).index == 1);
  CHECK(choice.next(now).wait_ms == 0);
  choice.failed(1, link_end::timed_out, "no answer", now);
  CHECK(choice.next(now).index == 2);
  CHECK(choice.next(now).wait_ms == 0);
  choice.failed(2, link_end::denied, "denied", now);
  // All wait: the one whose wait ends first, and then it is the first again.
  auto step = choice.next(now);
  CHECK(step.wait_ms >= waits.min_ms);
  CHECK(step.wait_ms <= waits.max_ms);
  CHECK(choice.next(now + 31'000).index == 0);
  CHECK(choice.next(now + 31'000).wait_ms == 0);
}

TEST_CASE("each cause has its wait, and none grows", "[actors]") {
  struct expectation {
    link_end cause;
    int64_t from_ms;
    int64_t to_ms;
  };
  for (auto x : {expectation{link_end::unreachable, 5'000, 15'000},
                 expectation{link_end::lost, 5'000, 15'000},
                 expectation{link_end::shutdown, 5'000, 15'000},
                 expectation{link_end::timed_out, 5'000, 30'000},
                 expectation{link_end::busy, 5'000, 30'000},
                 expectation{link_end::denied, 15'000, 30'000},
                 expectation{link_end::draining, 15'000, 30'000},
                 expectation{link_end::loop, 60'000, 120'000},
                 expectation{link_end::same_parent, 60'000, 120'000}}) {
    CAPTURE(static_cast<int>(x.cause));
    std::set<int64_t> seen;
    for (uint64_t seed = 0; seed < 200; ++seed) {
      auto choice = list_of(1, seed);
      for (int i = 0; i < 5; ++i)
        choice.failed(0, x.cause, "", 7'000);
      auto wait = choice.next(7'000).wait_ms;
      CHECK(wait >= x.from_ms);
      CHECK(wait <= x.to_ms);
      seen.insert(wait);
    }
    CHECK(seen.size() > 150); // so that many don't come back at once
    CHECK(*seen.begin() < x.from_ms + (x.to_ms - x.from_ms) / 10);
    CHECK(*seen.rbegin() > x.to_ms - (x.to_ms - x.from_ms) / 10);
  }
}

TEST_CASE("after a lost link the next one is tried within a second",
          "[actors]") {
  std::set<int64_t> seen;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    auto choice = list_of(2, seed);
    choice.welcomed(0, 1'000);
    choice.failed(0, link_end::lost, "cut", 500'000);
    auto step = choice.next(500'000);
    CHECK(step.index == 1);
    CHECK(step.wait_ms <= destination_choice::spread_ms);
    seen.insert(step.wait_ms);
  }
  CHECK(seen.size() > 50);
}

TEST_CASE("a preferred parent is asked now and then, others are not",
          "[actors]") {
  auto choice = list_of(3);
  choice.failed(0, link_end::unreachable, "refused", 0);
  choice.welcomed(1, 1'000);
  CHECK_FALSE(choice.to_ask(1, false, 1'000));
  CHECK_FALSE(choice.to_ask(1, false, 1'000 + 14'999));
  REQUIRE(choice.to_ask(1, false, 1'000 + 30'000));
  CHECK(*choice.to_ask(1, false, 1'000 + 30'000) == 0);
  choice.failed(0, link_end::draining, "draining", 31'000);
  CHECK_FALSE(choice.to_ask(1, false, 31'000 + 14'999));
  CHECK(choice.to_ask(1, false, 31'000 + 30'000));
  // The first of the list has nobody to ask, the last all before it.
  CHECK_FALSE(choice.to_ask(0, false, 1'000'000));
  CHECK(*choice.to_ask(2, false, 1'000'000) == 0);
}

TEST_CASE("who has to go asks anywhere, at once", "[actors]") {
  auto choice = list_of(3);
  choice.welcomed(0, 0);
  CHECK_FALSE(choice.to_ask(0, true, 0));
  choice.hurry();
  CHECK(*choice.to_ask(0, true, 0) == 1);
  choice.failed(1, link_end::unreachable, "refused", 0);
  CHECK(*choice.to_ask(0, true, 0) == 2);
  choice.failed(2, link_end::unreachable, "refused", 0);
  CHECK_FALSE(choice.to_ask(0, true, 0));
  CHECK(choice.to_ask(0, true, 15'000));
}

TEST_CASE("nobody runs to and fro to a parent that flaps", "[actors]") {
  auto choice = list_of(2);
  int64_t now = 0;
  int64_t before = 0;
  for (int i = 0; i < 8; ++i) {
    choice.welcomed(0, now);
    choice.failed(0, link_end::lost, "cut", now + 1'000);
    now += 1'000;
    choice.welcomed(1, now);
    auto wait = choice.ask_ms(0, now);
    CHECK(wait >= before);
    CHECK(wait <= destination_choice::flap_wait_ms_max);
    if (i == 0)
      CHECK(wait <= 30'000); // once is no habit
    if (i == 1)
      CHECK(wait == destination_choice::calm_ms);
    before = wait;
    choice.left(1);
    now += wait;
  }
  CHECK(before == destination_choice::flap_wait_ms_max);
  // It is all the same the first to be tried where nothing else is up.
  CHECK(choice.next(now).index == 0);
  // A calm link ends that.
  choice.welcomed(0, now);
  now += destination_choice::calm_ms;
  choice.failed(0, link_end::lost, "cut", now);
  choice.welcomed(1, now);
  CHECK(choice.ask_ms(0, now) <= 30'000);
}

TEST_CASE("a calm link may be tried again with the others", "[actors]") {
  auto choice = list_of(2);
  choice.welcomed(1, 0);
  CHECK_FALSE(choice.is_calm(1, destination_choice::calm_ms - 1));
  CHECK(choice.is_calm(1, destination_choice::calm_ms));
  CHECK_FALSE(choice.is_calm(0, destination_choice::calm_ms));
  choice.failed(1, link_end::lost, "cut", destination_choice::calm_ms);
  CHECK(choice.candidates(destination_choice::calm_ms)
        == std::vector<size_t>{0});
  choice.forgive(1);
  CHECK(choice.candidates(destination_choice::calm_ms).size() == 2);
}

TEST_CASE("a reason is news once", "[actors]") {
  auto choice = list_of(1);
  CHECK(choice.failed(0, link_end::denied, "denied", 0));
  CHECK_FALSE(choice.failed(0, link_end::denied, "denied", 1));
  CHECK(choice.reason(0) == "denied");
  choice.welcomed(0, 2);
  CHECK(choice.reason(0).empty());
}

TEST_CASE("a list of random troubles never waits beyond its bounds",
          "[actors]") {
  std::mt19937_64 random{42};
  for (uint64_t seed = 0; seed < 200; ++seed) {
    auto count = 1 + random() % 5;
    auto choice = list_of(count, seed);
    int64_t now = 0;
    for (int i = 0; i < 200; ++i) {
      auto step = choice.next(now);
      REQUIRE(step.index < count);
      REQUIRE(step.wait_ms <= 120'000);
      now += step.wait_ms;
      // Once it is time it is so.
      REQUIRE(choice.next(now).wait_ms == 0);
      if (random() % 3 == 0) {
        choice.welcomed(step.index, now);
        now += static_cast<int64_t>(random() % 200'000);
        REQUIRE_FALSE(choice.to_ask(step.index, false, now)
                      == std::optional<size_t>{step.index});
      }
      choice.failed(step.index, static_cast<link_end>(random() % 9), "x", now);
      REQUIRE(choice.wait_ms(step.index, now) >= waits.min_ms);
    }
  }
}

TEST_CASE("the freshest parent, by order where they are equal", "[actors]") {
  CHECK(freshest_of({{0, 1'000}, {1, 2'000}}) == 1);
  CHECK(freshest_of({{0, 1'940}, {1, 2'000}}) == 0);
  CHECK(freshest_of({{0, 1'939}, {1, 2'000}}) == 1);
  CHECK(freshest_of({{1, 0}, {2, 0}}) == 1);
  CHECK(freshest_of({{2, 5}}) == 2);
}

TEST_CASE("what a parent says is a cause", "[actors]") {
  auto broken = make_error(ec::disconnected);
  CHECK(end_of(broken, link_reason::denied) == link_end::denied);
  CHECK(end_of(broken, link_reason::version) == link_end::denied);
  CHECK(end_of(broken, link_reason::loop) == link_end::loop);
  CHECK(end_of(broken, link_reason::busy) == link_end::busy);
  CHECK(end_of(broken, link_reason::shutdown) == link_end::shutdown);
  CHECK(end_of(broken, link_reason::draining) == link_end::draining);
  CHECK(end_of(broken, link_reason::timeout) == link_end::lost);
  CHECK(end_of(broken, link_reason::none) == link_end::unreachable);
  CHECK(end_of(make_error(ec::timed_out), link_reason::none)
        == link_end::timed_out);
  CHECK(end_of(make_error(ec::not_a_link), link_reason::none)
        == link_end::denied);
}
