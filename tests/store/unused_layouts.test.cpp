#include "store/unused_layouts.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/store_file.hpp"
#include "store/tables.hpp"
#include "store/verify.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

/// Layouts and rosters that nothing needs any more.

using namespace tributary;
using examples::make_chart;
using examples::make_guid;
using examples::make_host;
using examples::make_window;
using examples::open_store;
using examples::temporary_directory;

namespace {

constexpr tick start = 72'000;

store_options keeping(int64_t seconds) {
  store_options result;
  result.retention = {seconds, 0};
  result.further.tiers = {{{seconds, 0}, {seconds, 0}}};
  result.steps = {2, 5};
  return result;
}

size_t entries_of(const store& x, lmdb::table_number table) {
  return x.environment()->read()->use_of(table)->entries;
}

/// What `--verify` has to say: each block needs its layout.
std::string faults_of(const std::string& path) {
  std::string result;
  auto file = store_file::open(path);
  REQUIRE(file);
  verify_store(
      *file, [&](store_fault x) { result += x.place + ": " + x.what + '\n'; });
  return result;
}

void receive(store& x, host_number number, const host_definition& host, tick t,
             const std::string& chart) {
  x.put_received(
      number, examples::receive(host, make_window(host, t, chart, 1, {{5, t}})),
      0, make_guid(9));
}

/// Commits until nothing is left that goes with any commit.
void settle(store& x, tick now) {
  for (int idle = 0; idle < 40; ++idle) {
    REQUIRE(x.commit(now));
    if (x.has_work() || x.has_tier_work())
      idle = 0;
  }
}

} // namespace

TEST_CASE("layouts go with the last block that is of them", "[store][trim]") {
  temporary_directory directory;
  auto path = directory.file("store.mdb");
  auto x = open_store(path, keeping(0));
  auto host = make_host(3);
  auto number = x->put_host(host, {});
  auto other = x->put_host(make_host(4), {});
  // A chart that ended after an hour, one that stays, and one that came then.
  for (tick t = 0; t < 120; ++t) {
    receive(*x, number, host, start + t * 60, t < 60 ? "ended" : "came");
    receive(*x, other, make_host(4), start + t * 60, "ended");
  }
  settle(*x, start);
  auto all = entries_of(*x, tables::layouts);
  REQUIRE(all == 3); // of slots and of points: they have the same charts
  CHECK(faults_of(path) == "");
  // Tier 0 alone goes of the first hour.
  auto later = keeping(3600);
  later.further.tiers = {};
  x->keep({3600, 0}, later.further);
  settle(*x, start + 7200);
  CHECK(entries_of(*x, tables::layouts) == all);
  CHECK(faults_of(path) == "");
  x->keep({3600, 0}, keeping(3600).further);
  settle(*x, start + 4 * 7200);
  CHECK(entries_of(*x, tables::layouts) == 0);
  CHECK(faults_of(path) == "");
}

TEST_CASE("layouts that a crash left go after the start", "[store][trim]") {
  temporary_directory directory;
  auto path = directory.file("store.mdb");
  auto x = open_store(path, keeping(0));
  auto host = make_host(3);
  auto number = x->put_host(host, {});
  receive(*x, number, host, start, "c");
  settle(*x, start);
  auto kept = entries_of(*x, tables::layouts);
  auto sealed = seal_window(make_window(host, start, "gone", 1, {{1, 1}}), 16);
  {
    auto txn = x->environment()->write();
    REQUIRE_FALSE(txn->put(tables::layouts,
                           tables::layout_key(number, sealed[0].layout_hash),
                           sealed[0].layout));
    REQUIRE_FALSE(txn->commit());
  }
  x.reset();
  x = open_store(path, keeping(0));
  settle(*x, start);
  CHECK(entries_of(*x, tables::layouts) == kept);
  CHECK(faults_of(path) == "");
}

TEST_CASE("whatever goes, all blocks that stay decode", "[store][trim]") {
  auto seed = random_seed("unused layouts");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 random{seed};
  auto any = [&](int64_t count) {
    return static_cast<int64_t>(random() % static_cast<uint64_t>(count));
  };
  temporary_directory directory;
  for (int run = 0; run < 8; ++run) {
    auto path = directory.file("store" + std::to_string(run));
    auto x = open_store(path, keeping(0));
    std::map<host_number, host_definition> hosts;
    for (uint64_t id = 3; id < 6; ++id) {
      auto host = make_host(id);
      hosts.emplace(x->put_host(host, {}), host);
    }
    tick now = start;
    for (int step = 0; step < 60; ++step) {
      for (auto& [number, host] : hosts)
        for (auto n = any(6); n > 0; --n)
          receive(*x, number, host,
                  now / 60 * 60 - any(4) * 60 * (any(5) == 0 ? 40 : 1),
                  "chart" + std::to_string(any(3) + now / 3600));
      now += any(600);
      auto kept = any(4) == 0 ? keeping(3600 * (1 + any(4))) : keeping(0);
      for (auto& tier : kept.further.tiers)
        tier.seconds = any(2) == 0 ? 0 : 3600 * (1 + any(6));
      if (any(6) == 0)
        kept.further.tiers[0].bytes_max
            = 4096 * (1 + static_cast<uint64_t>(any(8)));
      x->keep(kept.retention, kept.further);
      for (auto n = any(5); n >= 0; --n)
        REQUIRE(x->commit(now));
      if (any(10) == 0) {
        x.reset();
        x = open_store(path, kept);
      }
      INFO("run " << run << " step " << step);
      REQUIRE(faults_of(path) == "");
    }
    // And nothing stays that is of no block.
    x->keep({1, 0}, keeping(1).further);
    x->move_cursor(make_guid(8), 0);
    settle(*x, now + 400'000);
    for (auto table : {tables::tier0, tables::tier1, tables::tier1_pieces,
                       tables::tier2, tables::tier2_pieces}) {
      INFO(tables::names[table]);
      CHECK(entries_of(*x, table) == 0);
    }
    CHECK(entries_of(*x, tables::layouts) == 0);
  }
}

TEST_CASE("rosters of former lives go with their frames", "[store][trim]") {
  temporary_directory directory;
  auto path = directory.file("store.mdb");
  auto x = open_store(path, keeping(0));
  auto host = make_host(3);
  auto number = x->put_host(host, {});
  x->move_cursor(make_guid(8), 0);
  size_t most = 0;
  for (epoch_number epoch = 1; epoch <= 12; ++epoch) {
    examples::origin from{epoch, {make_chart("c", {"x"})}};
    auto window = start + epoch * 60;
    x->put_roster(number, from.columns_of());
    CHECK(x->has_roster(number, epoch));
    for (tick t = 0; t < 3; ++t) {
      x->append({number, from.seal(window + t, {t})});
      REQUIRE(x->commit(start));
    }
    x->put_closed(number,
                  examples::close_window(
                      host, examples::origin{epoch, {make_chart("c", {"x"})}},
                      window, 60,
                      [](tick t) { return std::vector<int64_t>{t}; }));
    x->move_cursor(make_guid(8), x->staged_end());
    settle(*x, start);
    most = std::max(most, entries_of(*x, tables::rosters));
    // A crash: what the journal needs is there.
    x.reset();
    std::set<epoch_number> needed;
    x = open_store(path, keeping(0),
                   [&](journal_position, const journal_item& item) {
                     needed.insert(item.frame->header().epoch);
                   });
    REQUIRE_FALSE(needed.empty());
    for (auto of_frame : needed)
      CHECK(x->has_roster(number, of_frame));
    CHECK(x->rosters(number)->back().epoch == epoch);
  }
  CHECK(most <= 3);
  CHECK_FALSE(x->has_roster(number, 1));
  CHECK(faults_of(path) == "");
}

TEST_CASE("the newest roster of a host that is away stays", "[store][trim]") {
  temporary_directory directory;
  auto path = directory.file("store.mdb");
  auto x = open_store(path, keeping(0));
  auto number = x->put_host(make_host(3), {});
  for (epoch_number epoch : {4u, 5u})
    x->put_roster(
        number, examples::origin{epoch, {make_chart("c", {"x"})}}.columns_of());
  // A frame that is staged needs its roster too.
  examples::origin old{4, {make_chart("c", {"x"})}};
  x->append({number, old.seal(start, {1})});
  settle(*x, start);
  CHECK(x->has_roster(number, 4));
  CHECK(x->has_roster(number, 5));
}
