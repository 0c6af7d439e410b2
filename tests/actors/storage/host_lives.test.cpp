#include "actors/storage/host_lives.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

using verdict = host_lives::verdict;

constexpr unix_ms now = 1'000'000'000;
constexpr tick newest = 1'000'000;

guid sender(uint64_t x) {
  return guid::from_words(1, x);
}

guid boot(uint64_t x) {
  return guid::from_words(2, x);
}

host_lives::life life(uint64_t over, uint64_t of, bool online = true) {
  return {sender(over), boot(of), online, now - 500};
}

} // namespace

TEST_CASE("the same life over another way is the same host", "[actors]") {
  host_lives lives;
  CHECK(lives.offered(life(1, 1), {}, 0, now) == verdict::take);
  CHECK(lives.offered(life(2, 1), {life(1, 1)}, newest, now) == verdict::take);
  CHECK_FALSE(lives.is_contested());
}

TEST_CASE("who delivered a host before vouches for its next life", "[actors]") {
  host_lives lives;
  CHECK(lives.offered(life(1, 2), {life(1, 1)}, newest, now) == verdict::take);
}

TEST_CASE("the past of a host contests nothing", "[actors]") {
  host_lives lives;
  CHECK(lives.offered(life(2, 2), {life(1, 1, false)}, newest, now)
        == verdict::take);
  CHECK(lives.offered(life(2, 2, false), {life(1, 1)}, newest, now)
        == verdict::take);
}

TEST_CASE("a life that is not told is never a clone", "[actors]") {
  host_lives lives;
  auto unknown = life(2, 2);
  unknown.boot = guid{};
  CHECK(lives.offered(unknown, {life(1, 1)}, newest, now) == verdict::take);
  CHECK(lives.offered(life(1, 1), {unknown}, newest, now) == verdict::take);
}

TEST_CASE("another life waits for the silence of the one that is there",
          "[actors]") {
  host_lives lives;
  REQUIRE(lives.offered(life(2, 2), {life(1, 1)}, newest, now)
          == verdict::wait);
  CHECK(lives.is_contested());
  // What was on its way, comes from elsewhere, or is of another life.
  CHECK(lives.heard(sender(1), boot(1), newest + 1, now).empty());
  CHECK(lives.heard(sender(3), boot(1), newest + 9, now).empty());
  CHECK(lives.heard(sender(1), boot(3), newest + 9, now).empty());
  SECTION("it goes on: a clone, and so again for a while") {
    CHECK(lives.heard(sender(1), boot(1), newest + 2, now)
          == std::vector<guid>{boot(2)});
    CHECK_FALSE(lives.is_contested());
    auto there = life(1, 1);
    CHECK(lives.offered(life(2, 2), {there}, newest + 2, now + 60'000)
          == verdict::wait); // not heard lately
    there.heard_ms = now + 59'000;
    CHECK(lives.offered(life(2, 2), {there}, newest + 2, now + 60'000)
          == verdict::clone);
    CHECK(lives.offered(life(2, 3), {there}, newest + 2, now + 60'000)
          == verdict::wait); // another one
    there.heard_ms = now + 10 * host_lives::remember_ms;
    CHECK(lives.offered(life(2, 2), {there}, newest + 2,
                        now + 10 * host_lives::remember_ms)
          == verdict::wait);
    // The other one has gone.
    CHECK(lives.offered(life(2, 2), {}, newest + 2, now + 60'000)
          == verdict::take);
  }
  SECTION("it does not: a host that was restarted") {
    lives.waited(boot(2));
    CHECK_FALSE(lives.is_contested());
    CHECK(lives.heard(sender(1), boot(1), newest + 9, now).empty());
  }
}

TEST_CASE("two lives of one number are told apart by their boots", "[actors]") {
  host_definition known;
  known.epoch = 7;
  known.boot = boot(1);
  auto offered = known;
  CHECK_FALSE(host_lives::have_one_number(known, offered));
  offered.boot = boot(2);
  CHECK(host_lives::have_one_number(known, offered));
  SECTION("one that does not tell is believed") {
    offered.boot = guid{};
    CHECK_FALSE(host_lives::have_one_number(known, offered));
  }
  SECTION("another number is another life") {
    offered.epoch = 8;
    CHECK_FALSE(host_lives::have_one_number(known, offered));
    CHECK_FALSE(host_lives::is_numbered_below(known, offered));
    CHECK(host_lives::is_numbered_below(offered, known));
    known.boot = guid{};
    CHECK_FALSE(host_lives::is_numbered_below(offered, known));
  }
}

TEST_CASE("clones of one host are remembered up to a bound", "[actors]") {
  host_lives lives;
  for (uint64_t i = 0; i <= host_lives::remembered_max; ++i) {
    auto at = now + static_cast<unix_ms>(i);
    REQUIRE(lives.offered(life(2, 10 + i), {life(1, 1)}, newest, at)
            == verdict::wait);
    REQUIRE(lives.heard(sender(1), boot(1), newest + 2, at).size() == 1);
  }
  CHECK(lives.offered(life(2, 10), {life(1, 1)}, newest, now) == verdict::wait);
  CHECK(lives.offered(life(2, 11), {life(1, 1)}, newest, now)
        == verdict::clone);
}
