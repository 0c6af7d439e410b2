#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/tables.hpp"
#include "tests/store/store_examples.hpp"

/// What the store forgets: journal entries, old blocks, and what it must not.

using namespace tributary;
using examples::cells_of;
using examples::make_chart;
using examples::make_guid;
using examples::make_host;
using examples::make_window;
using examples::open_store;
using examples::origin;
using examples::stored_window;
using examples::temporary_directory;

namespace {

constexpr tick start = 6000;

/// A host whose frames go through hot rows to journal and blocks.
struct fed_host {
  host_definition definition;
  origin from{1, {make_chart("c", {"x"})}};
  hot_host hot;
  host_number number;

  fed_host(store& to, uint64_t id)
      : definition(make_host(id)),
        hot(definition, {}),
        number(to.put_host(definition, {})) {
    REQUIRE_FALSE(hot.define(from.run()));
    to.put_roster(number, from.columns_of());
  }

  void feed(store& to, tick t) {
    auto frame = from.seal(t, {t}, t % 60 == 0);
    REQUIRE(hot.apply(*frame));
    to.append({number, frame});
  }

  void close(store& to, tick before) {
    for (auto& x : hot.close_windows(before))
      to.put_closed(number, x);
  }
};

/// Behind all that is fed.
constexpr int64_t later = start + 50'000;

commit_report committed(store& to, int64_t now = later) {
  auto report = to.commit(now);
  INFO((report ? std::string{} : to_text(report.error())));
  REQUIRE(report);
  return *report;
}

size_t entries_of(const store& x, lmdb::table_number table) {
  auto txn = x.environment()->read();
  lmdb::cursor at{*txn, table};
  size_t result = 0;
  for (auto more = at.first(); more; more = at.next())
    ++result;
  return result;
}

} // namespace

TEST_CASE("the journal goes once all its windows are blocks", "[store][trim]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  fed_host a{*x, 2};
  fed_host b{*x, 3};
  for (tick t = start; t < start + 70; ++t) {
    a.feed(*x, t);
    b.feed(*x, t);
    committed(*x);
  }
  CHECK(x->journal_first() == 1);
  a.close(*x, start + 60);
  committed(*x);
  CHECK(x->journal_first() == 1); // b's rows are nowhere else
  b.close(*x, start + 60);
  committed(*x);
  CHECK(x->journal_first() == 121);
  CHECK(entries_of(*x, tables::journal) == 10);
  CHECK(x->durable(a.number).count() == 70);
}

TEST_CASE("the journal never becomes empty again", "[store][trim]") {
  // Positions would start anew, and cursors point into another journal.
  temporary_directory directory;
  auto path = directory.file("s");
  auto x = open_store(path);
  {
    fed_host a{*x, 2};
    for (tick t = start; t < start + 5; ++t) {
      a.feed(*x, t);
      committed(*x);
    }
    a.close(*x, tick_max);
    committed(*x);
  }
  CHECK(x->journal_first() == 5);
  x.reset();
  x = open_store(path);
  CHECK(x->journal_end() == 5);
}

TEST_CASE("rows that wait for a later commit keep their journal",
          "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.windows_per_commit_max = 1;
  auto x = open_store(directory.file("s"), options);
  fed_host a{*x, 2};
  for (tick t = start; t < start + 130; ++t) {
    a.feed(*x, t);
    committed(*x);
  }
  a.close(*x, start + 120);
  committed(*x);
  CHECK(x->journal_first() == 1); // one of two windows is not written
  committed(*x);
  CHECK(x->journal_first() == 121);
}

TEST_CASE("what a trim passes becomes owed", "[store][trim]") {
  temporary_directory directory;
  auto path = directory.file("s");
  auto x = open_store(path);
  auto behind = make_guid(50);
  auto ahead = make_guid(51);
  fed_host a{*x, 2};
  x->move_cursor(behind, 0);
  x->move_cursor(ahead, 0);
  committed(*x);
  for (tick t = start; t < start + 62; ++t) {
    a.feed(*x, t);
    committed(*x);
  }
  x->move_cursor(behind, 10);
  x->move_cursor(ahead, 62);
  a.close(*x, start + 60);
  auto report = committed(*x);
  CHECK(x->subscribers().at(behind).position == 60);
  CHECK(x->subscribers().at(behind).owed.at(a.number).ranges()
        == std::vector<tick_range>{{start + 10, start + 59}});
  CHECK(x->subscribers().at(ahead).position == 62);
  CHECK(x->subscribers().at(ahead).owed.empty());
  tick_set told;
  for (auto& debt : report.debts) {
    CHECK(debt.subscriber == behind);
    for (auto& range : debt.ticks.ranges())
      told.add(range);
  }
  CHECK(told.ranges() == std::vector<tick_range>{{start + 10, start + 59}});
  x.reset();
  x = open_store(path);
  CHECK(x->subscribers().at(behind).position == 60);
  CHECK(x->subscribers().at(behind).owed.at(1).count() == 50);
}

TEST_CASE("of an entry that is passed in part the rest is owed",
          "[store][trim]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  auto behind = make_guid(50);
  fed_host a{*x, 2};
  x->move_cursor(behind, 0);
  committed(*x);
  for (tick t = start; t < start + 62; ++t) {
    a.feed(*x, t);
    if (t % 3 == 0)
      committed(*x);
  }
  committed(*x);
  x->move_cursor(behind, 11);
  a.close(*x, start + 60);
  committed(*x);
  CHECK(x->subscribers().at(behind).owed.at(a.number).ranges().front().from
        == start + 11);
}

TEST_CASE("a trim is bounded and goes on with the next commit",
          "[store][trim]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  fed_host a{*x, 2};
  for (tick t = start; t < start + 600; ++t) {
    a.feed(*x, t);
    committed(*x);
  }
  a.close(*x, start + 540);
  for (journal_position first : {1, 257, 513, 541}) {
    committed(*x);
    CHECK(x->journal_first() >= first);
    CHECK(x->journal_first() <= 541);
  }
  CHECK(x->journal_first() == 541);
}

TEST_CASE("old blocks go from the head and coverage with them",
          "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.retention.seconds = 1000;
  auto path = directory.file("s");
  auto x = open_store(path, options);
  auto host = x->put_host(make_host(2), {});
  for (int i = 0; i < 5; ++i)
    examples::put_late(
        *x, host,
        make_window(make_host(2), start + 60 * i, "c", 1, {{0, 1}, {59, 2}}));
  committed(*x, start);
  CHECK(entries_of(*x, tables::tier0) == 5);
  // The window of 6000 ends at 6060: it is kept until that is 1,000 s ago.
  committed(*x, start + 60 + 999);
  CHECK(entries_of(*x, tables::tier0) == 5);
  committed(*x, start + 60 + 1000);
  CHECK(entries_of(*x, tables::tier0) == 4);
  CHECK_FALSE(x->durable(host).contains(start + 59));
  CHECK(x->durable(host).contains(start + 60));
  CHECK(x->hosts().at(host).stored.oldest() == start + 60);
  x.reset();
  x = open_store(path, options);
  CHECK(x->durable(host).oldest() == start + 60);
  committed(*x, start + 100'000);
  CHECK(entries_of(*x, tables::tier0) == 0);
  CHECK(x->durable(host).runs().empty());
}

TEST_CASE("the oldest blocks go while there are too many bytes of them",
          "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.retention = {0, 0};
  auto x = open_store(directory.file("s"), options);
  auto host = x->put_host(make_host(2), {});
  auto bytes = [&] {
    return x->environment()->read()->use_of(tables::tier0)->bytes;
  };
  tick at = start;
  auto grow = [&] {
    for (int i = 0; i < 8; ++i, at += 60)
      examples::put_late(
          *x, host, make_window(make_host(2), at, "c", 1, {{0, 1}, {59, at}}));
    committed(*x, at);
  };
  while (bytes() < (64 << 10))
    grow();
  auto all = entries_of(*x, tables::tier0);
  x->keep({0, 32 << 10}, {});
  committed(*x, at);
  auto kept = entries_of(*x, tables::tier0);
  CHECK(bytes() <= (32 << 10));
  CHECK(kept > all / 4);
  CHECK(kept < all);
  // The newest are kept, and coverage says what is there.
  CHECK(x->durable(host).contains(at - 1));
  CHECK_FALSE(x->durable(host).contains(start));
  for (int i = 0; i < 20; ++i)
    grow();
  CHECK(bytes() <= (32 << 10) + (8 << 10));
}

TEST_CASE("retention 0 keeps all", "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.retention.seconds = 0;
  auto x = open_store(directory.file("s"), options);
  auto host = x->put_host(make_host(2), {});
  examples::put_late(*x, host,
                     make_window(make_host(2), start, "c", 1, {{0, 1}}));
  committed(*x, tick_max);
  CHECK(entries_of(*x, tables::tier0) == 1);
}

namespace {

/// Values that do not pack.
std::vector<int64_t> noise(std::mt19937_64& engine) {
  std::vector<int64_t> result;
  for (int i = 0; i < 100; ++i)
    result.push_back(static_cast<int64_t>(engine()));
  return result;
}

origin wide_origin() {
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i)
    ids.push_back(std::to_string(i));
  return {1, {make_chart("c", ids)}};
}

} // namespace

TEST_CASE("a failed commit leaves all as it was", "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.environment.map_bytes = 1 << 20;
  auto path = directory.file("s");
  auto x = open_store(path, options);
  auto from = wide_origin();
  auto host = x->put_host(make_host(2), {});
  x->move_cursor(make_guid(9), 0);
  committed(*x);
  std::mt19937_64 engine{1};
  tick t = start;
  auto stage = [&](int frames) {
    for (int i = 0; i < frames; ++i, ++t)
      x->append({host, from.seal(t, noise(engine), true)});
  };
  stage(100);
  committed(*x);
  stage(2000); // more than the map
  examples::put_late(*x, host,
                     make_window(make_host(2), start, "late", 1, {{0, 1}}));
  x->move_cursor(make_guid(9), 50);
  for (int attempt = 0; attempt < 3; ++attempt) {
    auto report = x->commit(0);
    REQUIRE_FALSE(report);
    CHECK(code_of(report.error()) == ec::store_full);
    CHECK(x->journal_end() == 100);
    CHECK(x->journal_first() == 1);
    CHECK(x->staged_items().size() == 2000);
    CHECK(x->has_work());
    CHECK(x->durable(host).count() == 100);
    CHECK(x->hosts().at(host).stored.runs().empty());
    CHECK(x->subscribers().at(make_guid(9)).position == 50);
    CHECK(entries_of(*x, tables::tier0) == 0);
    CHECK(entries_of(*x, tables::journal) == 1);
  }
  x.reset();
  options.environment.map_bytes = 16 << 20;
  x = open_store(path, options);
  CHECK(x->journal_end() == 100);
  CHECK(x->subscribers().at(make_guid(9)).position == 0);
}

namespace {

/// A host of a hundred noisy columns: some 50 KB a window, in the journal and
/// in its block.
struct noisy_host {
  origin from = wide_origin();
  hot_host hot{make_host(2), {}};
  std::mt19937_64 engine{1};
  tick next = start;
  host_number number;

  explicit noisy_host(store& to) : number(to.put_host(make_host(2), {})) {
    REQUIRE_FALSE(hot.define(from.run()));
    to.put_roster(number, from.columns_of());
  }

  void feed_window(store& to) {
    for (int i = 0; i < 60; ++i, ++next) {
      auto frame = from.seal(next, noise(engine), next % 60 == 0);
      REQUIRE(hot.apply(*frame));
      to.append({number, frame});
    }
    for (auto& closed : hot.close_windows(next)) {
      to.put_closed(number, closed);
      hot.forget(closed->start());
    }
  }
};

/// Whether each block that coverage claims is there whole, and none before.
void check_stored(const store& x, const noisy_host& host) {
  auto& stored = x.hosts().at(host.number).stored;
  REQUIRE(stored.runs().size() == 1);
  CHECK(stored.newest() == host.next - 1);
  for (auto at = stored.oldest(); at < host.next; at += 60) {
    auto window = stored_window(x, host.number, at);
    REQUIRE(window.coverage_runs()
            == std::vector<coverage_run>{{at, at + 59, 1}});
    REQUIRE(window.charts().at("c").columns[99].present[0] << 4
            == ~uint64_t{0} << 4);
  }
  CHECK(stored_window(x, host.number, stored.oldest() - 60).empty());
}

} // namespace

TEST_CASE("the journal goes on though ticks are ahead", "[store][trim]") {
  temporary_directory directory;
  auto path = directory.file("s");
  auto x = open_store(path);
  fed_host host{*x, 1};
  auto far = start + 60 * 1000;
  for (tick t = start; t < start + 60; ++t)
    host.feed(*x, t);
  for (tick t = far; t < far + 10; ++t)
    host.feed(*x, t);
  host.hot.heed_clock(start + 60);
  committed(*x, start + 60);
  // A later life, whose clock is right.
  host.from = origin{2, host.from.run().charts};
  REQUIRE_FALSE(host.hot.define(host.from.run()));
  for (tick t = start + 60; t < start + 150; ++t) {
    auto frame = host.from.seal(t, {t}, t == start + 60 || t % 60 == 0);
    REQUIRE(host.hot.apply(*frame));
    x->append({host.number, frame});
    for (auto& closed : host.hot.close_ahead(false))
      x->put_closed(host.number, closed, true);
    host.close(*x, host.hot.newest());
    committed(*x, t);
  }
  CHECK(x->hosts().at(host.number).closed == closed_mark{start + 120, {far}});
  CHECK(x->journal_first() > 70); // those of the first minutes have gone
  CHECK(stored_window(*x, host.number, far).coverage_runs()
        == std::vector<coverage_run>{{far, far + 9, 1}});
  // A clock of this node's own that was ahead, too.
  x->move_back(host.number, {start + 60, {start + 60, far}});
  committed(*x, start + 60);
  x.reset();
  x = open_store(path);
  CHECK(x->hosts().at(host.number).closed
        == closed_mark{start + 60, {start + 60, far}});
}

TEST_CASE("what is ahead is the first to go when there is no room",
          "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.environment.map_bytes = 4 << 20;
  options.retention.seconds = 0;
  auto x = open_store(directory.file("s"), options);
  noisy_host host{*x};
  auto before_clock = host.next + 60 * 4;
  for (int window = 0; window < 150; ++window) {
    host.feed_window(*x);
    committed(*x, before_clock - ahead_seconds);
  }
  size_t gone = 0;
  for (auto t = start; t < host.next; t += 60) {
    INFO("window " << (t - start) / 60);
    if (!stored_window(*x, host.number, t).empty())
      continue;
    ++gone;
    CHECK(t > before_clock);
    CHECK(x->durable(host.number).contains(t)); // it was had
  }
  CHECK(gone > 50);
}

TEST_CASE("a clock that is behind costs no newest blocks", "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.environment.map_bytes = 4 << 20;
  options.retention.seconds = 0;
  auto x = open_store(directory.file("s"), options);
  noisy_host host{*x};
  for (int window = 0; window < 150; ++window) {
    host.feed_window(*x);
    committed(*x, 1);
  }
  check_stored(*x, host);
}

TEST_CASE("a store that fills up drops its oldest blocks in time",
          "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.environment.map_bytes = 4 << 20;
  options.retention.seconds = 0;
  auto x = open_store(directory.file("s"), options);
  noisy_host host{*x};
  for (int window = 0; window < 150; ++window) {
    INFO("window " << window);
    host.feed_window(*x);
    committed(*x);
  }
  check_stored(*x, host);
  CHECK(x->durable(host.number).oldest() > start);
  CHECK(x->durable(host.number).count() >= 60 * 5);
}

TEST_CASE("a commit for which the store is too full makes room first",
          "[store][trim]") {
  temporary_directory directory;
  store_options options;
  options.environment.map_bytes = 8 << 20;
  options.retention.seconds = 0;
  auto path = directory.file("s");
  auto x = open_store(path, options);
  noisy_host host{*x};
  auto used = [&] {
    return x->environment()->space()->used_bytes;
  };
  while (used() < options.environment.map_bytes * 8 / 10) {
    host.feed_window(*x);
    committed(*x);
  }
  CHECK(x->durable(host.number).oldest() == start); // nothing dropped so far
  for (int i = 0; i < 30; ++i)                      // twice what is left
    host.feed_window(*x);
  auto end = x->staged_end();
  committed(*x);
  while (x->has_work())
    committed(*x);
  CHECK(x->journal_end() == end);
  CHECK(x->durable(host.number).oldest() > start);
  check_stored(*x, host);
  x.reset();
  x = open_store(path, options);
  CHECK(x->journal_end() == end);
  check_stored(*x, host);
}
