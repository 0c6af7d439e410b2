#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/tables.hpp"
#include "tests/store/store_examples.hpp"

/// What tiers forget, each for itself and host by host.

using namespace tributary;
using examples::make_guid;
using examples::make_host;
using examples::make_window;
using examples::open_store;
using examples::temporary_directory;

namespace {

constexpr tick start = 72'000;

/// Blocks of tier 1 are 12 minutes, of tier 2 36; all is kept.
store_options kept_for_ever() {
  store_options result;
  result.retention = {0, 0};
  result.further.tiers = {};
  result.steps = {2, 5};
  return result;
}

void settle(store& x, tick now) {
  do
    REQUIRE(x.commit(now));
  while (x.has_work() || x.has_tier_work());
}

/// A store of two hosts with 37 minutes each.
std::unique_ptr<store> filled(const std::string& path) {
  auto x = open_store(path, kept_for_ever());
  for (uint64_t id : {3, 4}) {
    auto host = make_host(id);
    auto number = x->put_host(host, {});
    for (tick t = start; t < start + 37 * 60; t += 60)
      x->put_received(
          number,
          examples::receive(host, make_window(host, t, "c", 1, {{5, t}})), 1,
          make_guid(9));
  }
  settle(*x, start);
  return x;
}

/// Entries of a host in a table.
size_t entries_of(const store& x, host_number host, lmdb::table_number table) {
  auto txn = x.environment()->read();
  lmdb::cursor at{*txn, table};
  size_t result = 0;
  for (auto more = at.first(); more; more = at.next())
    result += at.current_key().word(1) >> 32 == host ? 1 : 0;
  return result;
}

size_t points_of(const store& x, host_number host, unsigned tier) {
  return entries_of(x, host, tables::blocks_of(tier))
         + entries_of(x, host, tables::pieces_of(tier));
}

} // namespace

TEST_CASE("tier 0 goes without its points", "[store][trim]") {
  temporary_directory directory;
  auto x = filled(directory.file("s"));
  auto points = points_of(*x, 1, 1);
  REQUIRE(points > 0);
  x->keep({60, 0}, kept_for_ever().further);
  settle(*x, start + 100'000);
  CHECK(entries_of(*x, 1, tables::tier0) == 0);
  CHECK(entries_of(*x, 2, tables::tier0) == 0);
  CHECK(points_of(*x, 1, 1) == points);
}

TEST_CASE("tiers have a time of their own", "[store][trim]") {
  temporary_directory directory;
  auto x = filled(directory.file("s"));
  auto further = kept_for_ever().further;
  further.tiers[0].seconds = 600;
  x->keep({0, 0}, further);
  settle(*x, start + 720 + 599); // the first block's end is not over yet
  auto all = points_of(*x, 1, 1);
  settle(*x, start + 720 + 600);
  CHECK(points_of(*x, 1, 1) < all);
  CHECK(x->hosts().at(1).tier_from[1] == start + 720);
  settle(*x, start + 100'000);
  CHECK(points_of(*x, 1, 1) == 0);
  CHECK(points_of(*x, 2, 1) == 0);
  CHECK(entries_of(*x, 1, tables::tier0) > 0);
}

TEST_CASE("a host has a time of its own", "[store][trim]") {
  temporary_directory directory;
  auto x = filled(directory.file("s"));
  auto further = kept_for_ever().further;
  further.tiers[0].seconds = 600;
  auto is_first = [](const stored_host& host) {
    return host.definition.id == make_guid(3);
  };
  further.hosts.push_back({is_first, {60, 0, std::nullopt}});
  x->keep({0, 0}, further);
  auto points = points_of(*x, 1, 1);
  settle(*x, start + 100'000);
  CHECK(entries_of(*x, 1, tables::tier0) == 0); // less than others
  CHECK(points_of(*x, 1, 1) == points);         // more than others
  CHECK(entries_of(*x, 2, tables::tier0) > 0);
  CHECK(points_of(*x, 2, 1) == 0);
}

TEST_CASE("the most specific time holds, tier by tier", "[store][trim]") {
  temporary_directory directory;
  auto path = directory.file("s");
  auto x = filled(path);
  x->put_host(make_host(3), {}, 77);
  x->put_host(make_host(4), {}, 78);
  settle(*x, start);
  auto rules = kept_for_ever();
  rules.further.hosts.push_back(
      {[](auto& host) { return host.definition.id == make_guid(3); },
       {0, std::nullopt, std::nullopt}});
  rules.further.hosts.push_back(
      {[](auto& host) { return host.key_mark == 77; }, {60, 60, std::nullopt}});
  auto points = points_of(*x, 2, 1);
  // Which key a host came with is known after a start.
  x.reset();
  x = open_store(path, rules);
  CHECK(x->hosts().at(1).key_mark == 77);
  x->move_cursor(make_guid(8), 0); // anything to commit
  settle(*x, start + 100'000);
  CHECK(entries_of(*x, 1, tables::tier0) > 0); // as the first says
  CHECK(points_of(*x, 1, 1) == 0);             // as the second says
  CHECK(entries_of(*x, 2, tables::tier0) > 0);
  CHECK(points_of(*x, 2, 1) == points);
  // Another key, and other times without a start.
  x->put_host(make_host(4), {}, 77);
  settle(*x, start + 100'000);
  CHECK(entries_of(*x, 2, tables::tier0) == 0);
  CHECK(points_of(*x, 2, 1) == 0);
  rules.further.hosts.erase(rules.further.hosts.begin());
  x->keep({0, 0}, rules.further);
  x->move_cursor(make_guid(7), 0);
  settle(*x, start + 100'000);
  CHECK(entries_of(*x, 1, tables::tier0) == 0);
}

TEST_CASE("a tier stays within its size", "[store][trim]") {
  temporary_directory directory;
  auto x = filled(directory.file("s"));
  auto further = kept_for_ever().further;
  further.tiers[0].bytes_max = 4096;
  x->keep({0, 0}, further);
  x->put_host(make_host(3), {}); // anything to commit
  settle(*x, start);
  auto txn = x->environment()->read();
  CHECK(txn->use_of(tables::tier1)->bytes
            + txn->use_of(tables::tier1_pieces)->bytes
        <= 4096);
  CHECK(entries_of(*x, 1, tables::tier0) > 0);
}
