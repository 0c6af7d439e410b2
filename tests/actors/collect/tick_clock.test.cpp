#include "actors/collect/tick_clock.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("each second is due once", "[collect]") {
  tick_clock clock;
  CHECK(clock.wake(100'000).due == 100);
  CHECK_FALSE(clock.wake(100'400).due);
  CHECK_FALSE(clock.wake(100'994).due);
  // A timer that fires a little early means the second that begins.
  auto early = clock.wake(100'996);
  CHECK(early.due == 101);
  CHECK(early.missed == 0);
  CHECK_FALSE(clock.wake(101'000).due);
}

TEST_CASE("seconds that were slept through are missed, not made up",
          "[collect]") {
  tick_clock clock;
  clock.wake(100'000);
  auto late = clock.wake(107'300);
  CHECK(late.due == 107);
  CHECK(late.missed == 6);
  CHECK_FALSE(late.new_epoch);
  CHECK(clock.wake(108'000).missed == 0);
}

TEST_CASE("what passed before this life was not missed by it", "[collect]") {
  tick_clock clock{90};
  auto first = clock.wake(100'000);
  CHECK(first.due == 100);
  CHECK(first.missed == 0);
}

TEST_CASE("no tick of an earlier life is sampled again", "[collect]") {
  tick_clock clock{104};
  for (unix_ms now = 100'000; now < 105'000; now += 1000) {
    auto decision = clock.wake(now);
    CHECK_FALSE(decision.due);
    CHECK_FALSE(decision.new_epoch);
  }
  CHECK(clock.wake(105'000).due == 105);
}

TEST_CASE("a small step back is waited out, a large one ends the epoch",
          "[collect]") {
  tick_clock small;
  small.wake(100'000);
  auto slewed = small.wake(91'000);
  CHECK_FALSE(slewed.due);
  CHECK_FALSE(slewed.new_epoch);
  CHECK(small.wake(101'000).due == 101);
  tick_clock large;
  large.wake(100'000);
  auto ended = large.wake(90'000);
  CHECK(ended.new_epoch);
  // From there it goes on, second by second.
  auto next = large.wake(91'000);
  CHECK(next.due == 91);
  CHECK_FALSE(next.new_epoch);
}

TEST_CASE("a store from the future begins a new epoch", "[collect]") {
  tick_clock clock{5000};
  CHECK(clock.wake(100'000).new_epoch);
}

TEST_CASE("the timer aims at the start of the next second", "[collect]") {
  CHECK(tick_clock::delay_ms(100'000) == 1000);
  CHECK(tick_clock::delay_ms(100'001) == 999);
  CHECK(tick_clock::delay_ms(100'999) == 1);
  CHECK(tick_clock::delay_ms(-1) == 1);
}
