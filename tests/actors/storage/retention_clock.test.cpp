#include "actors/storage/retention_clock.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

constexpr int64_t now = 1'800'000'000;
constexpr int64_t year = 365 * 86'400;
constexpr auto hold = retention_clock::hold_seconds;

} // namespace

TEST_CASE("retention goes by the clock, backwards too", "[actors]") {
  retention_clock x{now};
  CHECK(x.at(now, 50) == now);
  CHECK(x.at(now + 100, 150) == now + 100);
  CHECK(x.at(now + 2000, 160) == now + 2000);
  CHECK(x.at(now - year, 161) == now - year);
  CHECK_FALSE(x.is_held());
}

TEST_CASE("retention does not follow a jump ahead for a day", "[actors]") {
  retention_clock x{now};
  CHECK(x.at(now, 1000) == now);
  CHECK(x.at(now + year, 1010) == now + 10);
  CHECK(x.is_held());
  CHECK(x.at(now + year + 90, 1100) == now + 100);
  SECTION("and has nothing to catch up when it is put right") {
    CHECK(x.at(now + 200, 1200) == now + 200);
    CHECK_FALSE(x.is_held());
  }
  SECTION("and does so after it") {
    CHECK(x.at(now + year + hold - 1, 1009 + hold) == now + 9 + hold);
    CHECK(x.at(now + year + hold, 1010 + hold) == now + year + hold);
    CHECK_FALSE(x.is_held());
    CHECK(x.at(now + year + hold + 5, 1015 + hold) == now + year + hold + 5);
  }
}

TEST_CASE("a start with a clock far from what is stored is a jump",
          "[actors]") {
  retention_clock old{now};
  CHECK(old.at(now + year, 7) == now);
  CHECK(old.is_held());
  retention_clock fresh;
  CHECK(fresh.at(now + year, 7) == now + year);
}

TEST_CASE("what follows a gap is believed once it is long", "[actors]") {
  CHECK(believable_newest({}) == 0);
  CHECK(believable_newest({{now, now + 10}}) == now + 10);
  CHECK(believable_newest({{now + 20, now + 30}, {now, now + 10}}) == now + 30);
  CHECK(believable_newest({{now, now + 10}, {now + year, now + year + 100}})
        == now + 10);
  CHECK(believable_newest({{now, now + 10}, {now + year, now + year + hold}})
        == now + year + hold);
}
