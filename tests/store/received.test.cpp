#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "tests/store/store_examples.hpp"

/// Windows that came over a history lane.

using namespace tributary;
using examples::cells_of;
using examples::make_guid;
using examples::make_host;
using examples::make_window;
using examples::open_store;
using examples::receive;
using examples::stored_window;
using examples::temporary_directory;

namespace {

constexpr tick start = 6000;
const guid source = make_guid(70);
const guid uplink = make_guid(71);
const guid exporter = make_guid(72);

struct fixture {
  temporary_directory directory;
  std::unique_ptr<store> x = open_store(directory.file("s"));
  host_definition definition = make_host(2);
  host_number host = x->put_host(definition, {});

  fixture() {
    for (auto& name : {source, uplink, exporter})
      x->move_cursor(name, 0);
  }

  commit_report commit() {
    auto report = x->commit(0);
    INFO((report ? std::string{} : to_text(report.error())));
    REQUIRE(report);
    return *report;
  }

  std::vector<sealed_group> groups(tick at = start) {
    auto txn = x->environment()->read();
    auto result = load_groups(*txn, host, at);
    REQUIRE(result);
    return *result;
  }

  bool owes(const guid& who, tick t) {
    auto& owed = x->subscribers().at(who).owed;
    auto i = owed.find(host);
    return i != owed.end() && i->second.contains(t);
  }
};

} // namespace

TEST_CASE("a received window rests as it came", "[store][received]") {
  fixture f;
  auto window = make_window(f.definition, start, "c", 3, {{0, 1}, {7, 9}});
  auto received = receive(f.definition, window);
  f.x->put_received(f.host, received, 42, source);
  auto report = f.commit();
  CHECK(report.received_tokens == std::vector<uint64_t>{42});
  CHECK(report.stored_windows.empty());
  auto stored = f.groups();
  REQUIRE(stored.size() == received.groups.size());
  for (size_t i = 0; i < stored.size(); ++i) {
    CHECK(stored[i].block == received.groups[i].block);
    CHECK(stored[i].layout == received.groups[i].layout);
    CHECK(stored[i].layout_hash == received.groups[i].layout_hash);
  }
  CHECK(f.x->durable(f.host).runs() == window.coverage_runs());
  // History says nothing of what was closed here.
  CHECK(f.x->hosts().at(f.host).closed.to == 0);
}

TEST_CASE("a received window is owed to all but its source",
          "[store][received]") {
  fixture f;
  f.x->put_received(
      f.host,
      receive(f.definition, make_window(f.definition, start, "c", 3, {{7, 9}})),
      1, source);
  auto report = f.commit();
  CHECK(report.debts.size() == 2);
  CHECK_FALSE(f.owes(source, start + 7));
  CHECK(f.owes(uplink, start + 7));
  CHECK(f.owes(exporter, start + 7));
  CHECK_FALSE(f.owes(uplink, start + 8));
  // What is here already makes no new debt.
  f.x->pay(uplink, f.host, {start, start + 59});
  f.x->put_received(f.host,
                    receive(f.definition, make_window(f.definition, start, "c",
                                                      3, {{7, 9}, {8, 1}})),
                    2, source);
  f.commit();
  CHECK_FALSE(f.owes(uplink, start + 7));
  CHECK(f.owes(uplink, start + 8));
}

TEST_CASE("ticks that a received window completes are owed again",
          "[store][received]") {
  fixture f;
  auto give = [&](const char* chart, std::map<size_t, int64_t> values) {
    auto window = make_window(f.definition, start, chart, 3, values);
    f.x->put_received(f.host, receive(f.definition, window), 0, source);
    return f.commit();
  };
  give("c", {{7, 9}, {8, 1}});
  f.x->pay(uplink, f.host, {start, start + 59});
  f.x->pay(exporter, f.host, {start, start + 59});
  auto report = give("late", {{8, 5}});
  CHECK(report.debts.size() == 2);
  CHECK(f.owes(uplink, start + 8));
  CHECK_FALSE(f.owes(uplink, start + 7));
  CHECK_FALSE(f.owes(source, start + 8));
  // A repeat says nothing new.
  f.x->pay(uplink, f.host, {start, start + 59});
  give("late", {{8, 5}});
  CHECK_FALSE(f.owes(uplink, start + 8));
}

TEST_CASE("a received window merges with what is stored", "[store][received]") {
  fixture f;
  examples::put_late(
      *f.x, f.host,
      make_window(f.definition, start, "c", 2, {{0, 10}, {1, 11}, {2, 12}}));
  f.commit();
  f.x->put_received(f.host,
                    receive(f.definition, make_window(f.definition, start, "c",
                                                      3, {{1, 91}, {5, 95}})),
                    1, source);
  // The older life comes after the newer one.
  f.x->put_received(f.host,
                    receive(f.definition, make_window(f.definition, start, "c",
                                                      1, {{0, 70}, {9, 79}})),
                    2, source);
  auto report = f.commit();
  CHECK(report.received_tokens == std::vector<uint64_t>{1, 2});
  auto cells = cells_of(stored_window(*f.x, f.host, start));
  CHECK(cells.size() == 5);
  CHECK(cells.at({start, "c", "x"}).value == 10);
  CHECK(cells.at({start + 1, "c", "x"}).value == 91);
  CHECK(cells.at({start + 5, "c", "x"}).value == 95);
  CHECK(cells.at({start + 9, "c", "x"}).value == 79);
  CHECK(f.x->durable(f.host).epoch_at(start + 1) == 3);
  CHECK(f.x->durable(f.host).epoch_at(start) == 2);
}

TEST_CASE("groups that a merge makes fewer leave none behind",
          "[store][received]") {
  fixture f;
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i)
    ids.push_back(std::to_string(i));
  window_table wide{start, 60};
  wide.claim(0, 1);
  for (auto id : {"a", "b", "c"})
    set_slot(wide.chart_for(examples::make_chart(id, ids), 1).columns[0], 0, 1,
             false);
  f.x->put_received(f.host, receive(f.definition, wide), 1, source);
  f.commit();
  CHECK(f.groups().size() == 3);
  // A newer life of which only one chart has values takes the slot.
  examples::put_late(*f.x, f.host,
                     make_window(f.definition, start, "d", 2, {{0, 1}}));
  f.commit();
  CHECK(f.groups().size() == 1);
  CHECK(cells_of(stored_window(*f.x, f.host, start)).size() == 1);
}

TEST_CASE("a window that is cut otherwise is cut again", "[store][received]") {
  fixture f;
  auto origin = make_host(2, 90);
  std::map<size_t, int64_t> values;
  for (size_t slot = 0; slot < 90; slot += 3)
    values[slot] = static_cast<int64_t>(slot);
  auto first = origin.window_start(start); // 5940
  f.x->put_received(f.host,
                    receive(origin, make_window(origin, first, "c", 1, values)),
                    5, source);
  auto report = f.commit();
  CHECK(report.received_tokens == std::vector<uint64_t>{5});
  auto cells = cells_of(stored_window(*f.x, f.host, start - 60));
  auto rest = cells_of(stored_window(*f.x, f.host, start));
  CHECK(cells.size() == 20);
  CHECK(rest.size() == 10);
  CHECK(rest.at({start + 27, "c", "x"}).value == 87);
}

TEST_CASE("a received window of many pieces is acknowledged with the last",
          "[store][received]") {
  fixture f;
  store_options options;
  options.windows_per_commit_max = 1;
  f.x.reset();
  f.x = open_store(f.directory.file("s"), options);
  f.host = f.x->put_host(f.definition, {});
  auto origin = make_host(2, 120);
  f.x->put_received(
      f.host,
      receive(origin, make_window(origin, start, "c", 1, {{0, 1}, {119, 2}})),
      5, source);
  CHECK(f.commit().received_tokens.empty());
  CHECK(f.commit().received_tokens == std::vector<uint64_t>{5});
}

TEST_CASE("a window closed here joins the one that was received",
          "[store][received]") {
  fixture f;
  f.x->put_received(f.host,
                    receive(f.definition, make_window(f.definition, start, "c",
                                                      1, {{3, 33}})),
                    1, source);
  f.commit();
  examples::origin from{1, {examples::make_chart("c", {"x"})}};
  hot_host hot{f.definition, {}};
  REQUIRE_FALSE(hot.define(from.run()));
  REQUIRE(hot.apply(*from.seal(start + 30, {7})));
  f.x->put_closed(f.host, hot.close_windows(tick_max)[0]);
  CHECK(f.commit().stored_windows.size() == 1);
  auto cells = cells_of(stored_window(*f.x, f.host, start));
  CHECK(cells.size() == 2);
  CHECK(cells.at({start + 3, "c", "x"}).value == 33);
  CHECK(f.x->hosts().at(f.host).closed.to == start + 60);
}
