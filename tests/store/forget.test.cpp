#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/store_file.hpp"
#include "store/tables.hpp"
#include "store/verify.hpp"
#include "tests/store/store_examples.hpp"

/// Hosts that are forgotten for good.

using namespace tributary;
using examples::make_chart;
using examples::make_guid;
using examples::make_host;
using examples::make_window;
using examples::open_store;
using examples::temporary_directory;

namespace {

constexpr tick start = 72'000;
constexpr tick windows = 400;

store_options kept_for_ever() {
  store_options result;
  result.retention = {0, 0};
  result.further.tiers = {};
  result.steps = {2, 5};
  return result;
}

void settle(store& x) {
  do
    REQUIRE(x.commit(start));
  while (x.has_work() || x.has_tier_work());
}

/// Two hosts with blocks of all tiers, frames, rosters and debts.
class two_hosts {
public:
  two_hosts() {
    open();
    store_->move_cursor(make_guid(8), 0);
    for (uint64_t id : {3, 4}) {
      auto host = make_host(id);
      auto number = store_->put_host(host, {}, 5);
      for (tick t = 0; t < windows; ++t) {
        store_->put_received(
            number,
            examples::receive(host, make_window(host, start + t * 60, "c", 1,
                                                {{5, t}, {9, t * t}})),
            0, make_guid(9));
      }
      examples::origin from{2, {make_chart("c", {"x"})}};
      store_->put_roster(number, from.columns_of());
      for (tick t = 0; t < 5; ++t)
        store_->append({number, from.seal(start + windows * 60 + t, {t})});
    }
    settle(*store_);
  }

  void open() {
    store_.reset();
    frames_ = 0;
    store_ = open_store(path_, kept_for_ever(),
                        [this](journal_position, const journal_item& x) {
                          frames_ += x.host == 1 ? 1 : 0;
                        });
  }

  tributary::store& kept() {
    return *store_;
  }

  /// Entries of a host beside the journal.
  std::map<std::string, size_t> entries_of(host_number host) const {
    std::map<std::string, size_t> result;
    auto txn = store_->environment()->read();
    for (auto table : {tables::tier0, tables::tier1, tables::tier2,
                       tables::tier1_pieces, tables::tier2_pieces,
                       tables::rosters, tables::layouts, tables::owed}) {
      lmdb::cursor at{*txn, table};
      for (auto more = at.first(); more; more = at.next()) {
        auto key = at.current_key();
        auto of = table == tables::owed ? key.word(2)
                  : table == tables::rosters || table == tables::layouts
                      ? key.word(0)
                      : key.word(1) >> 32;
        if (of == host)
          ++result[tables::names[table]];
      }
    }
    return result;
  }

  size_t records() const {
    return store_->environment()->read()->use_of(tables::hosts)->entries;
  }

  /// Frames of host 1 that the last opening replayed.
  size_t frames() const {
    return frames_;
  }

  void verify() const {
    std::string faults;
    auto file = store_file::open(path_);
    REQUIRE(file);
    verify_store(*file, [&](store_fault x) {
      faults += x.place + ": " + x.what + '\n';
    });
    CHECK(faults == "");
  }

private:
  temporary_directory directory_;
  std::string path_ = directory_.file("store.mdb");
  std::unique_ptr<tributary::store> store_;
  size_t frames_ = 0;
};

} // namespace

TEST_CASE("a forgotten host goes, the other stays", "[store][forget]") {
  two_hosts x;
  auto other = x.entries_of(2);
  REQUIRE(x.entries_of(1).size() >= 7);
  x.kept().forget(1);
  REQUIRE(x.kept().commit(start));
  // Nobody has it from here on, most is still on disk.
  CHECK(x.kept().number_of(make_guid(3)) == 0);
  CHECK(x.kept().hosts().count(1) == 0);
  CHECK(x.entries_of(1).count("owed") == 0);
  CHECK(x.entries_of(1)["tier0"] > 0);
  CHECK(x.kept().is_forgetting());
  x.verify();
  settle(x.kept());
  CHECK(x.entries_of(1).empty());
  CHECK(x.entries_of(2) == other);
  CHECK_FALSE(x.kept().is_forgetting());
  CHECK(x.kept().forgotten().at(1).entries > 400); // the journal has it still
  x.verify();
}

TEST_CASE("one commit erases only so much of a forgotten host",
          "[store][forget]") {
  two_hosts x;
  auto count = [&] {
    size_t result = 0;
    for (auto& kvp : x.entries_of(1)) // debts go at once, as with any payment
      result += kvp.first == "owed" ? 0 : kvp.second;
    return result;
  };
  x.kept().forget(1);
  for (auto before = count(); x.kept().is_forgetting(); before = count()) {
    REQUIRE(x.kept().commit(start));
    CHECK(before - count() <= 256);
  }
}

TEST_CASE("a host that is forgotten stays so after a crash",
          "[store][forget]") {
  for (int commits : {0, 1, 2, 3, 5, 9}) {
    two_hosts x;
    INFO(commits << " commits");
    x.kept().forget(1);
    for (int i = 0; i < commits; ++i)
      REQUIRE(x.kept().commit(start));
    x.open();
    x.verify();
    CHECK((x.kept().number_of(make_guid(3)) == 0) == (commits > 0));
    CHECK((x.frames() == 0) == (commits > 0));
    settle(x.kept());
    CHECK(x.entries_of(1).empty() == (commits > 0));
    x.verify();
  }
}

TEST_CASE("a host that comes back after being forgotten is a new one",
          "[store][forget]") {
  two_hosts x;
  x.kept().forget(1);
  // In the same commit, which is as early as can be.
  auto host = make_host(3);
  auto number = x.kept().put_host(host, {});
  CHECK(number == 3);
  CHECK(x.kept().durable(number).runs().empty());
  REQUIRE(x.kept().commit(start));
  x.open();
  CHECK(x.kept().number_of(host.id) == number);
  CHECK(x.kept().hosts().at(number).stored.runs().empty());
  x.kept().put_received(
      number,
      examples::receive(host, make_window(host, start, "c", 1, {{5, 1}})), 0,
      make_guid(9));
  settle(x.kept());
  CHECK(x.entries_of(number)["tier0"] == 1);
  x.open();
  CHECK(x.kept().hosts().at(number).stored.runs().size() == 1);
  x.verify();
}

TEST_CASE("what waits of a forgotten host is dropped", "[store][forget]") {
  two_hosts x;
  auto host = make_host(3);
  auto window = make_window(host, start - 600, "late", 1, {{1, 1}});
  examples::put_late(x.kept(), 1, window);
  x.kept().put_received(1, examples::receive(host, window), 7, make_guid(9));
  REQUIRE(x.kept().prepare(1)); // one is being worked on
  CHECK(x.kept().has_late());
  x.kept().forget(1);
  CHECK_FALSE(x.kept().has_late());
  // What still comes of it is of nobody.
  examples::put_late(x.kept(), 1, window);
  x.kept().put_received(1, examples::receive(host, window), 8, make_guid(9));
  x.kept().owe(make_guid(8), 1, [] {
    tick_set ticks;
    ticks.add({start, start + 5});
    return ticks;
  }());
  x.kept().put_roster(
      1, examples::origin{9, {make_chart("c", {"x"})}}.columns_of());
  x.kept().move_back(1, {});
  settle(x.kept());
  CHECK(x.entries_of(1).empty());
  CHECK(x.kept().hosts().size() == 1);
  x.verify();
}

TEST_CASE("a number is free again once no frame has it", "[store][forget]") {
  two_hosts x;
  x.kept().forget(1);
  settle(x.kept());
  CHECK(x.records() == 2);
  // The journal goes up to its last entry when windows are blocks.
  auto host = make_host(4);
  examples::origin from{2, {make_chart("c", {"x"})}};
  x.kept().put_closed(2, examples::close_window(
                             host, from, start + windows * 60, 60,
                             [](tick t) { return std::vector<int64_t>{t}; }));
  for (tick t = 60; t < 62; ++t) {
    x.kept().append({2, from.seal(start + windows * 60 + t, {t}, true)});
    x.kept().move_cursor(make_guid(8), x.kept().staged_end());
    settle(x.kept());
  }
  CHECK(x.kept().forgotten().empty());
  CHECK(x.records() == 1);
  x.verify();
  x.open();
  CHECK(x.kept().hosts().size() == 1);
}
