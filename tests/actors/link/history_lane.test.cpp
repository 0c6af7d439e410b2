#include "actors/link/history_lane.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

using hosts = std::map<host_number, host_definition>;

host_definition with_window(uint32_t seconds) {
  host_definition result;
  result.window_seconds = seconds;
  return result;
}

tick_set ticks(tick from, tick to) {
  tick_set result;
  result.add({from, to});
  return result;
}

hosts one_host() {
  return {{1, with_window(60)}};
}

history_lane fresh_lane(size_t credit = 1u << 20) {
  history_lane result;
  result.reset(credit);
  return result;
}

} // namespace

TEST_CASE("debts go window by window, oldest first", "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(100, 250));
  auto open = one_host();
  auto first = lane.next(open);
  REQUIRE(first);
  CHECK(first->start == 60);
  CHECK(first->ticks.ranges() == ticks(100, 119).ranges());
  auto second = lane.next(open);
  REQUIRE(second);
  CHECK(second->start == 120);
  CHECK(second->ticks.count() == 60);
  auto last = lane.next(open);
  auto beyond = lane.next(open);
  REQUIRE(beyond);
  CHECK(beyond->start == 240);
  CHECK(beyond->ticks.count() == 11);
}

TEST_CASE("no more than a few windows are on their way", "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(0, 6000));
  auto open = one_host();
  std::vector<owed_window> sent;
  while (auto window = lane.next(open))
    sent.push_back(*window);
  CHECK(sent.size() == history_lane::windows_max);
  lane.sent(sent[0], lane.take_number(), 10);
  CHECK_FALSE(lane.next(open));
  CHECK(lane.acknowledged(1).size() == 1);
  CHECK(lane.next(open));
}

TEST_CASE("credit is spent before another window is begun", "[actors]") {
  auto lane = fresh_lane(100);
  lane.owe(1, ticks(0, 179));
  auto open = one_host();
  auto first = lane.next(open);
  lane.sent(*first, lane.take_number(), 100);
  CHECK_FALSE(lane.next(open));
  lane.acknowledged(1);
  CHECK(lane.next(open));
}

TEST_CASE("a window is paid by the ack of its last group", "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(60, 119));
  auto window = lane.next(one_host());
  lane.take_number();
  auto last = lane.take_number();
  lane.sent(*window, last, 10);
  CHECK(lane.acknowledged(1).empty());
  CHECK(lane.owed_count() == 60);
  auto paid = lane.acknowledged(2);
  REQUIRE(paid.size() == 1);
  CHECK(paid[0].start == 60);
  CHECK(lane.owed_count() == 0);
}

TEST_CASE("an ack of a block that was never sent pays nothing", "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(60, 119));
  auto window = lane.next(one_host());
  lane.sent(*window, lane.take_number(), 10);
  CHECK(lane.acknowledged(7).empty());
  CHECK(lane.owed_count() == 60);
}

TEST_CASE("a debt that arises while its window travels is not paid by it",
          "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(60, 79));
  auto open = one_host();
  auto window = lane.next(open);
  lane.sent(*window, lane.take_number(), 10);
  lane.owe(1, ticks(90, 99));
  CHECK_FALSE(lane.next(open)); // the window is busy
  lane.acknowledged(1);
  CHECK(lane.owed_count() == 10);
  auto again = lane.next(open);
  REQUIRE(again);
  CHECK(again->start == 60);
  CHECK(again->ticks.ranges() == ticks(90, 99).ranges());
}

TEST_CASE("a tick that is owed again while it travels is sent again",
          "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(60, 79));
  auto open = one_host();
  auto window = lane.next(open);
  lane.sent(*window, lane.take_number(), 10);
  // A late part of tick 70 was lost: the window that travels may lack it.
  lane.owe(1, ticks(70, 70));
  lane.acknowledged(1);
  CHECK(lane.owed_count() == 1);
  auto again = lane.next(open);
  REQUIRE(again);
  CHECK(again->ticks.ranges() == ticks(70, 70).ranges());
}

TEST_CASE("a window that can't be read stays owed, one that is gone is paid",
          "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(60, 179));
  auto open = one_host();
  auto first = lane.next(open);
  lane.failed(*first);
  auto again = lane.next(open);
  REQUIRE(again);
  CHECK(again->start == first->start);
  lane.nothing_to_send(*again);
  CHECK(lane.owed_count() == 60);
  CHECK(lane.next(open)->start == 120);
}

TEST_CASE("only hosts that the parent took are served", "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(60, 119));
  lane.owe(2, ticks(0, 59));
  auto window = lane.next(one_host());
  REQUIRE(window);
  CHECK(window->host == 1);
  CHECK_FALSE(lane.next({}));
  // Among hosts the oldest window goes first, each cut by its own width.
  auto fresh = fresh_lane();
  fresh.owe(1, ticks(600, 650));
  fresh.owe(2, ticks(0, 700));
  auto oldest = fresh.next({{1, with_window(60)}, {2, with_window(600)}});
  REQUIRE(oldest);
  CHECK(oldest->host == 2);
  CHECK(oldest->ticks.count() == 600);
}

TEST_CASE("nothing of an earlier link is left after a reset", "[actors]") {
  auto lane = fresh_lane();
  lane.owe(1, ticks(60, 119));
  auto window = lane.next(one_host());
  lane.sent(*window, lane.take_number(), 10);
  lane.reset(10);
  CHECK(lane.owed_count() == 0);
  CHECK(lane.take_number() == 1);
  CHECK_FALSE(lane.next(one_host()));
}

TEST_CASE("a step of the parent's bounds what is on its way", "[actors]") {
  history_lane lane;
  auto open = one_host();
  auto on_their_way = [&](uint32_t step_s) {
    lane.reset(1u << 20, step_s);
    lane.owe(1, ticks(0, 6000));
    size_t result = 0;
    while (lane.next(open))
      ++result;
    return result;
  };
  CHECK(on_their_way(0) == history_lane::windows_max);
  CHECK(on_their_way(1) == 1); // less than a window: one all the same
  CHECK(on_their_way(119) == 1);
  CHECK(on_their_way(120) == 2);
  CHECK(on_their_way(86'400) == history_lane::windows_max);
}

TEST_CASE("what is not wanted is not owed", "[actors]") {
  auto lane = fresh_lane();
  auto open = one_host();
  lane.owe(1, ticks(0, 299));
  lane.owe(2, ticks(0, 9));
  lane.drop_before(1, 130);
  lane.drop_before(3, 130);
  CHECK(lane.owed_count() == 180);
  auto first = lane.next(open);
  REQUIRE(first);
  CHECK(first->start == 120);
  CHECK(first->ticks.ranges() == ticks(130, 179).ranges());
  // Also of a window that is on its way.
  lane.drop_before(1, 300);
  CHECK(lane.owed_count() == 10);
  lane.sent(*first, lane.take_number(), 100);
  CHECK(lane.acknowledged(1).size() == 1);
  CHECK(lane.owed_count() == 10);
  CHECK_FALSE(lane.next(open));
}

TEST_CASE("windows of a host that is taken no longer bound nothing and stay "
          "owed",
          "[actors]") {
  history_lane lane;
  lane.reset(100, 60); // a window at once
  lane.owe(1, ticks(0, 59));
  lane.owe(2, ticks(60, 119));
  hosts both{{1, with_window(60)}, {2, with_window(60)}};
  auto first = lane.next(both);
  REQUIRE(first);
  CHECK(first->host == 1);
  lane.sent(*first, lane.take_number(), 100);
  CHECK_FALSE(lane.next(both));
  lane.cut_off(1);
  CHECK(lane.in_flight_bytes() == 0);
  hosts other{{2, with_window(60)}};
  auto second = lane.next(other);
  REQUIRE(second);
  CHECK(second->host == 2);
  lane.sent(*second, lane.take_number(), 10);
  // Acks count both, and pay what was taken alone.
  CHECK(lane.acknowledged(2).size() == 1);
  CHECK(lane.owed_count() == 60);
  CHECK(lane.next(both));
  lane.forget(1);
  CHECK(lane.windows_count() == 0);
  CHECK(lane.owed_count() == 0);
}
