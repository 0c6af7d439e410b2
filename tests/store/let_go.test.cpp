#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/tables.hpp"
#include "tests/store/store_examples.hpp"

/// What a store that only passes data on lets go of, and what not.

using namespace tributary;
using examples::make_chart;
using examples::make_guid;
using examples::make_host;
using examples::open_store;
using examples::origin;
using examples::temporary_directory;

namespace {

constexpr tick start = 6000;
const guid above = make_guid(9);

/// A store with hosts 1 (the own one) and 2, each with a window of 60 ticks
/// that is a block, and the first tick of the next one.
struct passing_store {
  temporary_directory directory;
  std::unique_ptr<store> x;
  host_number own = 0;
  host_number other = 0;
  release_rule rule;

  passing_store() {
    store_options options;
    options.passes_on = true;
    x = open_store(directory.file("s"), options);
    x->move_cursor(above, 0);
    own = fill(1);
    other = fill(2);
    rule.anybody = true;
    rule.receiver = above;
    rule.is_settled = [](host_number) {
      return true;
    };
    rule.own = own;
    rule.bytes_max = 1u << 30;
  }

  host_number fill(uint64_t id) {
    auto definition = make_host(id);
    origin from{1, {make_chart("c", {"x"})}};
    hot_host hot{definition, {}};
    auto number = x->put_host(definition, {});
    REQUIRE_FALSE(hot.define(from.run()));
    x->put_roster(number, from.columns_of());
    for (tick t = start; t <= start + 60; ++t) {
      auto frame = from.seal(t, {t}, t % 60 == 0);
      REQUIRE(hot.apply(*frame));
      x->append({number, frame});
      commit();
    }
    for (auto& window : hot.close_windows(start + 60))
      x->put_closed(number, window);
    commit();
    return number;
  }

  void commit() {
    REQUIRE(x->commit(0));
  }

  int64_t let_go() {
    auto lost = x->let_go(rule);
    REQUIRE(lost);
    return *lost;
  }

  size_t entries(lmdb::table_number table) const {
    auto txn = x->environment()->read();
    lmdb::cursor at{*txn, table};
    size_t result = 0;
    for (auto more = at.first(); more; more = at.next())
      ++result;
    return result;
  }

  size_t owed(host_number host) const {
    auto& all = x->subscribers().at(above).owed;
    auto i = all.find(host);
    return i == all.end() ? 0 : static_cast<size_t>(i->second.count());
  }
};

} // namespace

TEST_CASE("blocks go when the node above has all of them", "[store][let_go]") {
  passing_store a;
  CHECK(a.entries(tables::tier0) == 2);
  CHECK(a.entries(tables::tier1_pieces) == 0);
  // Since the journal that had them went, they are owed.
  CHECK(a.owed(a.own) == 60);
  a.x->pay(above, a.own, {start, start + 59});
  tick_set half;
  half.add({start + 10, start + 20});
  a.x->owe(above, a.other, half);
  a.x->move_cursor(above, a.x->staged_end());
  a.commit();
  CHECK(a.let_go() == 0);
  CHECK(a.entries(tables::tier0) == 1);
  CHECK(a.x->durable(a.own).count() == 1);
  CHECK(a.x->durable(a.other).count() == 61);
  a.x->pay(above, a.other, {start + 10, start + 20});
  CHECK(a.let_go() == 0);
  CHECK(a.entries(tables::tier0) == 0);
}

TEST_CASE("as long as it is unknown what is above, nothing goes",
          "[store][let_go]") {
  passing_store a;
  a.x->pay(above, a.own, {start, start + 59});
  a.x->move_cursor(above, a.x->staged_end());
  a.rule.is_settled = [](host_number) {
    return false;
  };
  CHECK(a.let_go() == 0);
  CHECK(a.entries(tables::tier0) == 2);
  a.rule.is_settled = [&](host_number x) {
    return x == a.other;
  };
  a.let_go();
  CHECK(a.entries(tables::tier0) == 1);
  a.rule.anybody = false;
  a.let_go();
  CHECK(a.entries(tables::tier0) == 0);
}

TEST_CASE("beyond the bound the oldest of the own host goes, and is counted",
          "[store][let_go]") {
  passing_store a;
  a.rule.bytes_max = 1;
  CHECK(a.let_go() == 0); // the journal goes first
  CHECK(a.entries(tables::journal) > 2);
  a.x->put_host(make_host(3), {});
  a.commit();
  CHECK(a.entries(tables::journal) == 1);
  CHECK(a.owed(a.own) == 61);
  CHECK(a.let_go() == 60);
  CHECK(a.entries(tables::tier0) == 1);
  CHECK(a.owed(a.own) == 1);
  CHECK(a.owed(a.other) == 60); // the last is in the journal
  CHECK(a.let_go() == 0);
}

TEST_CASE("another node above gets what the one before had not",
          "[store][let_go]") {
  passing_store a;
  a.x->pay(above, a.own, {start, start + 9});
  a.commit();
  auto before = a.x->subscribers().at(above);
  auto ranges = a.entries(tables::owed);
  auto next = make_guid(10);
  REQUIRE_FALSE(a.x->inherit(above, next));
  a.commit();
  CHECK(a.x->subscribers().count(above) == 0);
  auto& standing = a.x->subscribers().at(next);
  CHECK(standing.position == before.position);
  CHECK(standing.owed.at(a.own).count() == 50);
  CHECK(a.entries(tables::cursors) == 1);
  CHECK(a.entries(tables::owed) == ranges);
}
