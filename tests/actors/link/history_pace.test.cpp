#include "actors/link/history_pace.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("a pace tells how long the rest takes", "[actors]") {
  history_pace pace;
  CHECK(pace.left_ms(0) == 0);
  CHECK(pace.left_ms(100) == -1); // nothing was paid yet
  int64_t owed = 6000;
  for (int i = 0; i < 30; ++i) {
    pace.paid(100);
    owed -= 100;
    CHECK_FALSE(pace.second_passed(owed));
    CHECK(pace.ticks_per_s() == 100);
    CHECK(pace.left_ms(owed) == 10 * owed);
  }
  // Another pace is known within some tens of seconds.
  for (int i = 0; i < 40; ++i) {
    pace.paid(50);
    CHECK_FALSE(pace.second_passed(owed));
  }
  CHECK(pace.ticks_per_s() >= 50);
  CHECK(pace.ticks_per_s() <= 52);
  CHECK(pace.paid_ticks() == 30 * 100 + 40 * 50);
  CHECK(pace.seconds() == 70);
}

TEST_CASE("a pace that ends at nothing says nothing of the end", "[actors]") {
  history_pace pace;
  pace.paid(100);
  CHECK_FALSE(pace.second_passed(50));
  for (int i = 0; i < 200; ++i)
    CHECK_FALSE(pace.second_passed(50));
  CHECK(pace.ticks_per_s() == 0);
  CHECK(pace.left_ms(50) == -1);
}

TEST_CASE("the end of a debt is told once for each", "[actors]") {
  history_pace pace;
  CHECK_FALSE(pace.second_passed(0)); // nothing was ever owed
  CHECK_FALSE(pace.second_passed(10));
  pace.paid(10);
  CHECK(pace.second_passed(0));
  CHECK(pace.paid_ticks() == 10);
  pace = history_pace{};
  CHECK_FALSE(pace.second_passed(0));
  // What was owed and went away without being paid is no success.
  CHECK_FALSE(pace.second_passed(10));
  CHECK_FALSE(pace.second_passed(0));
  CHECK(pace.seconds() == 0);
}
