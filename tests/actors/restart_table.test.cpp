#include "actors/restart_table.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

enum line : size_t { store, feed, reader, door, page };

/// A store that opens its feed, a reader of both, and two that need less.
restart_table some_table() {
  return restart_table{{
      {"store", {}, store, true},
      {"feed", {store}, store, true},
      {"reader", {feed}, reader},
      {"door", {feed}, door},
      {"page", {reader}, page},
  }};
}

void start_all(restart_table& table, int64_t now) {
  while (auto x = table.startable(now))
    table.started(*x, now);
}

restart_table running_table() {
  auto result = some_table();
  result.begin(0);
  start_all(result, 0);
  return result;
}

std::string states(const restart_table& table) {
  std::string result;
  for (size_t i = 0; i < table.size(); ++i)
    result += to_string(table.state(i))[0];
  return result; // r, s, w or o a line
}

} // namespace

TEST_CASE("children start in order, each when what it needs runs", "[actors]") {
  auto table = some_table();
  CHECK_FALSE(table.startable(0)); // before begin
  table.begin(0);
  CHECK(states(table) == "wwwww");
  CHECK(table.startable(0) == store);
  CHECK(table.status(0)[page].waits_for == "reader");
  table.started(store, 0);
  CHECK(states(table) == "rrwww"); // the feed came with its lead
  CHECK(table.startable(0) == reader);
  start_all(table, 0);
  CHECK(states(table) == "rrrrr");
  CHECK_FALSE(table.next_start_ms(0));
  for (auto& x : table.status(0))
    CHECK(x.restarts == 0);
}

TEST_CASE("who ends takes those with it that need it, and no other",
          "[actors]") {
  auto table = running_table();
  CHECK(table.ended(reader, "broke", 1000) == std::vector<size_t>{page});
  CHECK(states(table) == "rrwrs");
  // Not before the page has let go of the old reader.
  CHECK_FALSE(table.startable(5000));
  CHECK(table.ended(page, "told", 1000).empty());
  CHECK(states(table) == "rrwrw");
  CHECK_FALSE(table.startable(1099));
  CHECK(table.next_start_ms(1040) == 60);
  auto status = table.status(1040);
  CHECK(status[reader].next_start_ms == 60);
  CHECK(status[reader].last_error == "broke");
  CHECK(to_text(status[reader])
        == "waits 0.1 s to be started again after: broke");
  CHECK(to_text(status[page]) == "waits for reader");
  CHECK(status[page].last_error.empty()); // not its fault
  start_all(table, 1100);
  CHECK(states(table) == "rrrrr");
  CHECK(table.status(1100)[reader].restarts == 1);
  CHECK(table.status(1100)[page].restarts == 1);
  CHECK(table.status(1100)[door].restarts == 0);
}

TEST_CASE("a child that ends takes its lead with it", "[actors]") {
  auto table = running_table();
  auto stopped = table.ended(feed, "broke", 0);
  CHECK(stopped == std::vector<size_t>{page, door, reader, store});
  for (auto x : {store, reader, door})
    table.ended(x, {}, 0);
  CHECK_FALSE(table.startable(1000)); // the page is still there
  table.ended(page, {}, 0);
  CHECK(table.startable(1000) == store);
  start_all(table, 1000);
  CHECK(states(table) == "rrrrr");
  CHECK(table.status(0)[feed].last_error == "broke");
  CHECK(table.status(0)[store].last_error.empty());
}

TEST_CASE("the delay doubles up to its bound and is forgotten when calm",
          "[actors]") {
  auto table = running_table();
  int64_t now = 0;
  std::vector<int64_t> delays;
  table.ended(door, "taken", now);
  for (int i = 0; i < 12; ++i) {
    delays.push_back(*table.next_start_ms(now));
    now += delays.back();
    REQUIRE(table.startable(now) == door);
    table.failed(door, "taken", now);
  }
  CHECK(delays[0] == 100);
  CHECK(delays[1] == 200);
  CHECK(delays[8] == 25'600);
  CHECK(delays[9] == restart_table::delay_ms_max);
  CHECK(delays[11] == restart_table::delay_ms_max);
  CHECK_FALSE(table.exhausted()); // for ever
  now += *table.next_start_ms(now);
  start_all(table, now);
  // Not calm for long enough: it goes on where it was.
  table.ended(door, "again", now + restart_table::calm_ms - 1);
  CHECK(table.next_start_ms(now + restart_table::calm_ms - 1)
        == restart_table::delay_ms_max);
  now += 2 * restart_table::calm_ms;
  start_all(table, now);
  table.ended(door, "again", now + restart_table::calm_ms);
  CHECK(table.next_start_ms(now + restart_table::calm_ms) == 100);
}

TEST_CASE("only a vital child uses up a budget", "[actors]") {
  auto table = running_table();
  int64_t now = 0;
  table.ended(store, "disk", now);
  for (auto x : {page, door, reader, feed})
    table.ended(x, {}, now);
  for (size_t i = 1; i < restart_table::vital_failures_max; ++i) {
    CHECK(*table.next_start_ms(now) <= restart_table::vital_delay_ms_max);
    now += *table.next_start_ms(now);
    table.failed(store, "disk", now);
    CHECK_FALSE(table.exhausted());
  }
  now += *table.next_start_ms(now);
  table.failed(store, "disk", now);
  CHECK(table.exhausted() == store);
  // The fault is told as that of the lines below, too: they wait for it.
  CHECK(table.status(now)[reader].waits_for == "feed");
}

TEST_CASE("a child that is switched off takes what needs it along",
          "[actors]") {
  auto table = some_table();
  table.begin(0);
  table.started(store, 0);
  table.switched_off(reader);
  CHECK(states(table) == "rrowo");
  CHECK_FALSE(table.status(0)[page].next_start_ms >= 0);
  start_all(table, 0);
  CHECK(states(table) == "rroro");
  CHECK_FALSE(table.next_start_ms(0));
  // Wanted after all.
  CHECK(table.renew(reader, 10).empty());
  start_all(table, 10);
  CHECK(states(table) == "rrrrr");
}

TEST_CASE("a child is renewed without delay and without blame", "[actors]") {
  auto table = running_table();
  CHECK(table.renew(reader, 10) == std::vector<size_t>{page, reader});
  CHECK(states(table) == "rrsrs");
  CHECK(table.ended(reader, "told", 11).empty());
  CHECK(table.ended(page, "told", 11).empty());
  start_all(table, 11);
  CHECK(states(table) == "rrrrr");
  CHECK(table.status(11)[reader].last_error.empty());
  // One that waits long is tried at once.
  for (int i = 0; i < 10; ++i)
    table.failed(door, "taken", 20);
  CHECK(table.next_start_ms(20) == restart_table::delay_ms_max);
  table.renew(door, 20);
  CHECK(table.next_start_ms(20) == 0);
}
