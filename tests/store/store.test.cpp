#include "store/store.hpp"
#include "store/packed_blocks.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "store/tables.hpp"
#include "tests/store/store_examples.hpp"

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

std::string bytes_of(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

commit_report committed(store& to, int64_t now = 0) {
  auto report = to.commit(now);
  INFO((report ? std::string{} : to_text(report.error())));
  REQUIRE(report);
  return *report;
}

origin one_chart(epoch_number epoch = 1) {
  return {epoch, {make_chart("c", {"x"})}};
}

/// Closes one window of `make_host(2)`, which holds these ticks' rows.
closed_window_ptr closed_window_of(tick first, size_t ticks) {
  return close_window(make_host(2), one_chart(), first, ticks,
                      [](tick) { return std::vector<int64_t>{7}; });
}

} // namespace

TEST_CASE("a new store knows nothing", "[store]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  CHECK(x->hosts().empty());
  CHECK(x->subscribers().empty());
  CHECK(x->journal_end() == 0);
  CHECK(x->journal_first() == 0);
  CHECK_FALSE(x->has_work());
  CHECK(x->number_of(make_guid(2)) == 0);
  CHECK(x->durable(1).runs().empty());
  CHECK(committed(*x).journal_end == 0);
}

TEST_CASE("a store is opened once at a time", "[store]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  auto again = store::open(directory.file("s"), make_guid(1), {});
  REQUIRE_FALSE(again);
  CHECK(code_of(again.error()) == ec::already_running);
}

TEST_CASE("a store of another node is refused by name", "[store]") {
  temporary_directory directory;
  open_store(directory.file("s"));
  auto other = store::open(directory.file("s"), make_guid(2), {});
  REQUIRE_FALSE(other);
  CHECK(code_of(other.error()) == ec::store_failed);
  CHECK(to_text(other.error()).find(to_string(make_guid(1)))
        != std::string::npos);
}

TEST_CASE("a store of a newer format is refused and left as it is", "[store]") {
  temporary_directory directory;
  auto path = directory.file("s");
  {
    // A later program may have other tables.
    constexpr const char* names[] = {"meta", "hosts", "tier9"};
    lmdb::environment_options options;
    options.map_bytes = 1 << 20;
    auto later = lmdb::environment::open(path, options, names, 3);
    REQUIRE(later);
    auto txn = (*later)->write();
    REQUIRE_FALSE(
        txn->put(tables::meta, tables::meta_key(),
                 seal_meta({tables::format_version + 1, make_guid(1)})));
    REQUIRE_FALSE(txn->commit());
  }
  auto before = bytes_of(path);
  auto refused = store::open(path, make_guid(1), {});
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == ec::newer_format);
  CHECK(to_text(refused.error()).find(path) != std::string::npos);
  CHECK(bytes_of(path) == before);
}

TEST_CASE("what was not committed is not there after a crash", "[store]") {
  temporary_directory directory;
  auto path = directory.file("s");
  auto from = one_chart();
  {
    auto x = open_store(path);
    auto host = x->put_host(make_host(2), {make_guid(2)});
    x->put_roster(host, from.columns_of());
    x->append({host, from.seal(start, {1})});
    x->move_cursor(make_guid(8), 1);
    CHECK(x->has_work());
    CHECK(x->staged_end() == 1);
    CHECK(x->journal_end() == 0);
    CHECK(x->staged_bytes() > 0);
    CHECK_FALSE(x->durable(host).contains(start));
  }
  auto x = open_store(path);
  CHECK(x->hosts().empty());
  CHECK(x->subscribers().empty());
  CHECK(x->journal_end() == 0);
}

TEST_CASE("what was committed is there after a crash", "[store]") {
  temporary_directory directory;
  auto path = directory.file("s");
  auto from = one_chart();
  std::vector<std::string> sealed;
  host_number host = 0;
  {
    auto x = open_store(path);
    host = x->put_host(make_host(2), {make_guid(2), make_guid(3)});
    x->put_roster(host, from.columns_of());
    for (tick t = start; t < start + 10; ++t) {
      auto frame = from.seal(t, {t});
      sealed.emplace_back(frame->sealed());
      x->append({host, frame});
      if (t % 3 == 0)
        CHECK(committed(*x).journal_end == sealed.size());
    }
    x->owe(make_guid(8), host, [] {
      tick_set ticks;
      ticks.add({5, 9});
      ticks.add({20, 30});
      return ticks;
    }());
    x->move_cursor(make_guid(8), 4);
    committed(*x);
    x->append({host, from.seal(start + 10, {0})}); // never committed
    CHECK_FALSE(committed(*x).journal_end == 0);
    x->append({host, from.seal(start + 11, {0})});
  }
  std::vector<std::pair<journal_position, std::string>> replayed;
  auto x = open_store(path, {}, [&](journal_position p, const journal_item& i) {
    CHECK(i.host == host);
    replayed.emplace_back(p, i.frame->sealed());
  });
  REQUIRE(replayed.size() == 11);
  for (size_t i = 0; i < 10; ++i) {
    CHECK(replayed[i].first == i + 1);
    CHECK(replayed[i].second == sealed[i]);
  }
  CHECK(x->journal_end() == 11);
  CHECK(x->durable(host).runs()
        == std::vector<coverage_run>{{start, start + 10, 1}});
  CHECK(x->number_of(make_guid(2)) == host);
  CHECK(x->hosts().at(host).path.size() == 2);
  auto rosters = x->rosters(host);
  REQUIRE(rosters);
  REQUIRE(rosters->size() == 1);
  CHECK((*rosters)[0].charts.size() == 1);
  auto& known = x->subscribers().at(make_guid(8));
  CHECK(known.position == 4);
  CHECK(known.owed.at(host).ranges()
        == std::vector<tick_range>{{5, 9}, {20, 30}});
}

TEST_CASE("the journal goes on behind its end without a replay", "[store]") {
  temporary_directory directory;
  auto path = directory.file("s");
  auto from = one_chart();
  {
    auto x = open_store(path);
    auto host = x->put_host(make_host(2), {});
    x->append({host, from.seal(start, {1})});
    x->append({host, from.seal(start + 1, {1})});
    committed(*x);
  }
  auto x = store::open(path, make_guid(1), {});
  REQUIRE(x);
  CHECK((*x)->journal_end() == 2);
  (*x)->append({1, from.seal(start + 2, {1})});
  CHECK(committed(**x).journal_end == 3);
  x->reset();
  size_t frames = 0;
  open_store(path, {}, [&](journal_position p, const journal_item&) {
    CHECK(p == ++frames);
  });
  CHECK(frames == 3);
}

TEST_CASE("numbers of hosts stay, and so do their windows", "[store]") {
  temporary_directory directory;
  auto path = directory.file("s");
  host_number two = 0;
  {
    auto x = open_store(path);
    two = x->put_host(make_host(2, 60, 16), {});
    CHECK(x->put_host(make_host(3), {}) != two);
    CHECK(x->put_host(make_host(2, 600, 128), {}) == two);
    committed(*x);
  }
  auto x = open_store(path);
  auto again = make_host(2, 300, 64);
  again.hostname = "renamed";
  CHECK(x->put_host(again, {}) == two);
  CHECK(x->hosts().at(two).definition.hostname == "renamed");
  CHECK(x->hosts().at(two).definition.window_seconds == 60);
  CHECK(x->hosts().at(two).definition.group_columns == 16);
  CHECK(x->put_host(make_host(9), {}) == 3);
}

TEST_CASE("cursors go forward only, and not beyond the journal", "[store]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  auto from = one_chart();
  auto host = x->put_host(make_host(2), {});
  for (tick t = start; t < start + 5; ++t)
    x->append({host, from.seal(t, {1})});
  auto position = [&] {
    return x->subscribers().at(make_guid(8)).position;
  };
  x->move_cursor(make_guid(8), 3);
  CHECK(position() == 3);
  x->move_cursor(make_guid(8), 2);
  CHECK(position() == 3);
  x->move_cursor(make_guid(8), 1000);
  CHECK(position() == 5);
  x->move_cursor(make_guid(9), UINT64_MAX);
  CHECK(x->subscribers().at(make_guid(9)).position == 5);
}

TEST_CASE("debts are added, paid and forgotten", "[store]") {
  temporary_directory directory;
  auto path = directory.file("s");
  host_number host = 0;
  {
    auto x = open_store(path);
    host = x->put_host(make_host(2), {});
    tick_set ticks;
    ticks.add({10, 99});
    x->owe(make_guid(8), host, ticks);
    committed(*x);
    x->pay(make_guid(8), host, {20, 29});
    x->pay(make_guid(8), host + 1, {20, 29});
    x->pay(make_guid(9), host, {20, 29});
    committed(*x);
  }
  auto x = open_store(path);
  CHECK(x->subscribers().size() == 1);
  CHECK(x->subscribers().at(make_guid(8)).owed.at(host).ranges()
        == std::vector<tick_range>{{10, 19}, {30, 99}});
  x->pay(make_guid(8), host, {0, tick_max});
  committed(*x);
  x.reset();
  CHECK(open_store(path)->subscribers().at(make_guid(8)).owed.empty());
}

TEST_CASE("a closed window becomes blocks", "[store]") {
  temporary_directory directory;
  auto path = directory.file("s");
  host_number host = 0;
  {
    auto x = open_store(path);
    host = x->put_host(make_host(2), {});
    x->put_closed(host, closed_window_of(start, 60));
    CHECK_FALSE(x->durable(host).contains(start));
    auto report = committed(*x);
    CHECK(report.stored_windows
          == std::vector<std::pair<host_number, tick>>{{host, start}});
    CHECK(report.bytes > 0);
    CHECK(x->durable(host).contains(start + 59));
  }
  auto x = open_store(path);
  CHECK(x->hosts().at(host).closed.to == start + 60);
  CHECK(x->hosts().at(host).stored.runs()
        == std::vector<coverage_run>{{start, start + 59, 1}});
  CHECK(cells_of(stored_window(*x, host, start)).size() == 60);
}

TEST_CASE("a commit makes a bounded number of windows", "[store]") {
  temporary_directory directory;
  store_options options;
  options.windows_per_commit_max = 2;
  auto x = open_store(directory.file("s"), options);
  auto host = x->put_host(make_host(2), {});
  for (int i = 0; i < 5; ++i)
    x->put_closed(host, closed_window_of(start + 60 * i, 60));
  for (size_t expected : {2, 2, 1}) {
    CHECK(x->has_work());
    CHECK(committed(*x).stored_windows.size() == expected);
  }
  CHECK_FALSE(x->has_work());
  CHECK(x->durable(host).count() == 300);
  CHECK(x->hosts().at(host).closed.to == start + 300);
}

TEST_CASE("late rows are durable in the commit of their frames", "[store]") {
  // The base of such a frame may be trimmed: it could not be replayed.
  temporary_directory directory;
  store_options options;
  options.windows_per_commit_max = 1;
  auto x = open_store(directory.file("s"), options);
  auto host = x->put_host(make_host(2), {});
  auto other = x->put_host(make_host(3), {});
  auto from = one_chart();
  x->put_closed(other, closed_window_of(start, 10));
  x->put_closed(other, closed_window_of(start + 60, 10));
  auto late = [&](tick at, journal_position position) {
    auto window = make_host(2).window_start(at);
    examples::put_late(*x, host,
                       make_window(make_host(2), window, "c", 1,
                                   {{static_cast<size_t>(at - window), 6}}),
                       position);
  };
  late(start + 20, 1);
  x->append({host, from.seal(start + 20, {6})});
  late(start + 21, 2);
  x->append({host, from.seal(start + 21, {6})});
  late(start + 90, 3);
  x->append({host, from.seal(start + 90, {6})});
  late(start + 22, 4); // its frame is on its way
  SECTION("all of them, whatever their number") {
    auto report = committed(*x);
    CHECK(report.journal_end == 0); // 4 has joined 1 and 2
    x->append({host, from.seal(start + 22, {6})});
    report = committed(*x);
    CHECK(report.journal_end == 4);
    CHECK(report.stored_windows.size() == 0);
    CHECK(cells_of(stored_window(*x, host, start)).size() == 3);
    CHECK(cells_of(stored_window(*x, host, start + 60)).size() == 1);
  }
  SECTION("frames before the first of them do not wait") {
    x->append({host, from.seal(start + 22, {6})});
    x->append({other, one_chart().seal(start + 70, {5})});
    auto report = x->commit_prepared(0);
    REQUIRE(report);
    CHECK(report->journal_end == 0);
    CHECK(x->staged_items().size() == 5);
    CHECK(stored_window(*x, host, start).empty());
    report = x->commit(0);
    REQUIRE(report);
    CHECK(report->journal_end == 5);
  }
  while (x->has_work())
    committed(*x);
  CHECK(cells_of(stored_window(*x, other, start)).size() == 10);
}

TEST_CASE("windows are prepared in pieces between commits", "[store]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  auto host = x->put_host(make_host(2), {});
  x->put_closed(host, closed_window_of(start, 60));
  CHECK_FALSE(x->has_prepared());
  size_t pieces = 0;
  for (auto more = true; more; ++pieces) {
    // A commit in between takes the journal and no window.
    x->append({host, one_chart().seal(start + 60 + tick(pieces), {5})});
    auto report = x->commit_prepared(0);
    REQUIRE(report);
    CHECK(report->journal_end == pieces + 1);
    CHECK(report->stored_windows.empty());
    CHECK(stored_window(*x, host, start).empty());
    auto prepared = x->prepare(1);
    REQUIRE(prepared);
    more = *prepared;
  }
  CHECK(pieces > 3);
  CHECK(x->has_prepared());
  CHECK_FALSE(x->has_unprepared());
  auto report = x->commit_prepared(0);
  REQUIRE(report);
  CHECK(report->stored_windows.size() == 1);
  CHECK_FALSE(x->has_work());
  CHECK(cells_of(stored_window(*x, host, start)).size() == 60);
}

TEST_CASE("parts that come while their window is prepared are not lost",
          "[store]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  auto host = x->put_host(make_host(2), {});
  auto add = [&](size_t slot, journal_position position = 0) {
    examples::put_late(
        *x, host,
        make_window(make_host(2), start, "c", 1, {{slot, int64_t(slot)}}),
        position);
  };
  size_t slot = 0;
  SECTION("in any piece of it") {
    x->put_closed(host, closed_window_of(start, 5));
    slot = 5;
    for (auto more = true; more && slot < 40; ++slot) {
      add(slot);
      auto prepared = x->prepare(1);
      REQUIRE(prepared);
      more = *prepared;
    }
  }
  SECTION("where several are prepared and wait") {
    for (; slot < 4; ++slot) {
      add(slot);
      REQUIRE(x->prepare(1 << 20));
    }
  }
  SECTION("where each holds the journal of the other") {
    auto elsewhere = x->put_host(make_host(3), {});
    auto from = one_chart();
    for (journal_position i = 1; i <= 12; ++i) {
      if (i % 2 == 0)
        add(slot++, i);
      else
        examples::put_late(*x, elsewhere,
                           make_window(make_host(3), start, "c", 1, {{i, 1}}),
                           i);
      x->append(
          {i % 2 == 0 ? host : elsewhere, from.seal(start + tick(i), {1})});
      REQUIRE(x->prepare(1 + i * 40));
      if (i % 3 == 0)
        REQUIRE(x->commit_prepared(0));
    }
    committed(*x);
    CHECK(x->journal_end() == 12);
  }
  while (x->has_work())
    committed(*x);
  CHECK(cells_of(stored_window(*x, host, start)).size() == slot);
}

TEST_CASE("a snapshot that can't be had loses nothing that is stored",
          "[store]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  auto host = x->put_host(make_host(2), {});
  x->put_closed(host, closed_window_of(start, 60));
  committed(*x);
  examples::put_late(*x, host,
                     make_window(make_host(2), start, "late", 1, {{9, 5}}));
  x->end_rest();
  size_t refused = 0;
  for (auto more = true; more;) {
    {
      std::vector<lmdb::transaction> readers; // until there are no more
      for (;;) {
        auto reader = x->environment()->read();
        if (!reader)
          break;
        readers.push_back(std::move(*reader));
      }
      if (!x->prepare(1))
        ++refused;
    }
    auto prepared = x->prepare(1); // and once one can be had again
    REQUIRE(prepared);
    more = *prepared;
  }
  CHECK(refused >= 2); // of what is stored, and of its layouts
  auto report = committed(*x);
  CHECK(report.damaged.empty());
  auto cells = cells_of(stored_window(*x, host, start));
  CHECK(cells.size() == 61);
  CHECK(cells.count({start + 9, "late", "x"}) == 1);
}

TEST_CASE("a damaged block does not stop the node", "[store]") {
  temporary_directory directory;
  auto x = open_store(directory.file("s"));
  auto host = x->put_host(make_host(2), {});
  window_table window{start, 60};
  window.claim(0, 1);
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i)
    ids.push_back(std::to_string(i));
  for (auto id : {"a", "b"})
    set_slot(window.chart_for(make_chart(id, ids), 1).columns[0], 0, 5, false);
  examples::put_late(*x, host, window);
  committed(*x);
  {
    auto txn = x->environment()->write();
    auto key = tables::block_key(start, host, 0);
    std::string block{*txn->get(tables::tier0, key)};
    block[unpack_blocks(block)[0].size() - 9] ^= 1;
    REQUIRE_FALSE(txn->put(tables::tier0, key, block));
    REQUIRE_FALSE(txn->commit());
  }
  CHECK_THROWS(stored_window(*x, host, start));
  examples::put_late(*x, host,
                     make_window(make_host(2), start, "c", 1, {{9, 5}}));
  auto report = committed(*x);
  REQUIRE(report.damaged.size() == 1);
  CHECK(report.damaged[0].find("host 1 window 6000 group 0")
        != std::string::npos);
  auto cells = cells_of(stored_window(*x, host, start));
  CHECK(cells.size() == 2);
  CHECK(cells.count({start, "b", "0"}) == 1);
  CHECK(cells.count({start + 9, "c", "x"}) == 1);
}

TEST_CASE("a damaged journal is refused by path and entry", "[store]") {
  temporary_directory directory;
  auto path = directory.file("s");
  auto x = open_store(path);
  auto host = x->put_host(make_host(2), {});
  auto from = one_chart();
  for (tick t = 0; t < 3; ++t) {
    x->append({host, from.seal(start + t, {7}, t == 0)});
    committed(*x);
  }
  {
    auto txn = x->environment()->write();
    auto key = tables::journal_key(2);
    std::string entry{*txn->get(tables::journal, key)};
    entry[entry.size() - 8] ^= 1;
    REQUIRE_FALSE(txn->put(tables::journal, key, entry));
    REQUIRE_FALSE(txn->commit());
  }
  x.reset();
  auto again = store::open(path, make_guid(1), {});
  REQUIRE(again);
  size_t read = 0;
  auto error = (*again)->replay(
      [&](journal_position, const journal_item&) { ++read; });
  CHECK(code_of(error) == ec::corrupt);
  CHECK(read == 1);
  for (auto words : {path.c_str(), "journal entry 2", "--salvage"})
    CHECK(to_text(error).find(words) != std::string::npos);
}
