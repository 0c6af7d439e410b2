#include "actors/storage/recovery.hpp"

#include <catch2/catch.hpp>

#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::cells_of;
using examples::make_chart;
using examples::make_host;
using examples::origin;
using examples::temporary_directory;

namespace {

constexpr tick start = 6000;

host_definition own_host() {
  auto result = make_host(1);
  result.epoch = 0;
  return result;
}

store_options options() {
  store_options result;
  result.retention.seconds = 0;
  result.environment.sync = lmdb::sync_mode::none;
  result.environment.map_bytes = size_t{64} << 20;
  return result;
}

recovered_storage opened(const std::string& path,
                         host_definition own = own_host()) {
  auto result = open_storage(path, options(), std::move(own), start);
  INFO((result ? std::string{} : to_text(result.error())));
  REQUIRE(result);
  return std::move(*result);
}

ingest_host& host_of(recovered_storage& in, uint64_t id) {
  for (auto& x : in.hosts)
    if (x.hot.definition().id == examples::make_guid(id))
      return x;
  FAIL("host is not there");
  return in.hosts[0];
}

examples::cell_map hot_cells(const hot_host& hot) {
  examples::cell_map result;
  for (auto& window : hot.extract(0, tick_max, {}))
    for (auto& c : cells_of(window))
      result.insert(c);
  return result;
}

origin one_chart(epoch_number epoch) {
  return {epoch, {make_chart("c", {"x"})}};
}

} // namespace

TEST_CASE("a first start makes the own host in its first life", "[actors]") {
  temporary_directory directory;
  auto x = opened(directory.file("s"));
  CHECK(x.own.epoch == start);
  CHECK_FALSE(x.own.boot.empty());
  CHECK(x.newest == 0);
  CHECK(x.frames == 0);
  CHECK(x.journal_end == 0);
  REQUIRE(x.hosts.size() == 1);
  CHECK(x.hosts[0].number == x.store->number_of(x.own.id));
  CHECK(x.hosts[0].path == std::vector<guid>{x.own.id});
  CHECK(x.hosts[0].hot.definition().epoch == start);
}

TEST_CASE("each start is a new life, durable before its first frame",
          "[actors]") {
  temporary_directory directory;
  auto path = directory.file("s");
  guid boot;
  for (epoch_number life = start; life < start + 4; ++life) {
    auto x = opened(path);
    CHECK(x.own.epoch == life);
    CHECK(x.own.boot != boot);
    CHECK(x.hosts.size() == 1);
    CHECK(x.hosts[0].hot.definition().epoch == life);
    CHECK_FALSE(x.store->has_work());
    boot = x.own.boot;
  }
}

TEST_CASE("window and grouping of the own host are those of the store",
          "[actors]") {
  temporary_directory directory;
  auto path = directory.file("s");
  opened(path);
  auto other = own_host();
  other.window_seconds = 600;
  other.group_columns = 128;
  other.hostname = "renamed";
  auto x = opened(path, other);
  CHECK(x.own.window_seconds == 60);
  CHECK(x.own.group_columns == 16);
  CHECK(x.own.hostname == "renamed");
}

TEST_CASE("open windows come back from the journal, closed ones from blocks",
          "[actors]") {
  temporary_directory directory;
  auto path = directory.file("s");
  {
    auto x = opened(path);
    auto from = one_chart(x.own.epoch);
    auto& host = x.hosts[0];
    REQUIRE_FALSE(host.hot.define(from.run()));
    x.store->put_roster(host.number, from.columns_of());
    for (tick t = start; t < start + 90; ++t) {
      auto frame = from.seal(t, {t}, t % 60 == 0);
      REQUIRE(host.hot.apply(*frame));
      x.store->append({host.number, frame});
      REQUIRE(x.store->commit(start));
    }
    for (auto& closed : host.hot.close_windows(start + 60))
      x.store->put_closed(host.number, closed);
    REQUIRE(x.store->commit(start));
    x.store->append({host.number, from.seal(start + 90, {1})}); // crash
  }
  auto x = opened(path);
  CHECK(x.own.epoch == start + 1);
  CHECK(x.newest == start + 89);
  CHECK(x.journal_end == 90);
  CHECK(x.frames == 30); // those of the closed window were trimmed
  auto& hot = x.hosts[0].hot;
  CHECK(hot.closed().to == start + 60);
  CHECK(hot.seen().runs()
        == std::vector<coverage_run>{{start, start + 89, start}});
  auto cells = hot_cells(hot);
  CHECK(cells.size() == 30);
  CHECK(cells.at({start + 89, "c", "x"}).value == start + 89);
  CHECK(cells_of(examples::stored_window(*x.store, 1, start)).size() == 60);
}

TEST_CASE("late rows of the journal that no block has are merged again",
          "[actors]") {
  temporary_directory directory;
  auto path = directory.file("s");
  {
    auto x = opened(path);
    auto from = one_chart(1);
    auto& host = x.hosts[0];
    REQUIRE_FALSE(host.hot.define(from.run()));
    x.store->put_roster(host.number, from.columns_of());
    auto first = from.seal(start, {1});
    REQUIRE(host.hot.apply(*first));
    x.store->append({host.number, first});
    for (auto& closed : host.hot.close_windows(tick_max))
      x.store->put_closed(host.number, closed);
    REQUIRE(x.store->commit(start));
    // Its row was never handed to the store.
    x.store->append({host.number, from.seal(start + 1, {2}, true)});
    REQUIRE(x.store->commit(start));
  }
  auto x = opened(path);
  CHECK_FALSE(x.store->has_late()); // queries see blocks and open windows
  auto cells = cells_of(examples::stored_window(*x.store, 1, start));
  CHECK(cells.size() == 2);
  CHECK(cells.at({start + 1, "c", "x"}).value == 2);
}

TEST_CASE("hosts of others come back with their paths and lives", "[actors]") {
  temporary_directory directory;
  auto path = directory.file("s");
  {
    auto x = opened(path);
    auto child = make_host(5);
    child.epoch = 9;
    auto number = x.store->put_host(
        child, {examples::make_guid(5), examples::make_guid(6)});
    for (epoch_number epoch : {8, 9}) {
      auto from = one_chart(epoch);
      x.store->put_roster(number, from.columns_of());
      x.store->append({number, from.seal(start + epoch, {epoch})});
    }
    REQUIRE(x.store->commit(start));
  }
  auto x = opened(path);
  REQUIRE(x.hosts.size() == 2);
  auto& child = host_of(x, 5);
  CHECK(child.path.size() == 2);
  CHECK(child.hot.definition().epoch == 9);
  CHECK(child.hot.newest() == start + 9);
  CHECK(child.hot.newest_roster()->epoch() == 9);
  CHECK(hot_cells(child.hot).size() == 2);
  CHECK(x.newest == 0); // of the own host
}

TEST_CASE("a store that can't be opened is told", "[actors]") {
  temporary_directory directory;
  auto path = directory.file("s");
  auto held = opened(path);
  auto second = open_storage(path, options(), own_host(), start);
  REQUIRE_FALSE(second);
  CHECK(code_of(second.error()) == ec::already_running);
}
