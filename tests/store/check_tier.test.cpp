#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "store/records.hpp"
#include "store/salvage.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"
#include "store/verify.hpp"
#include "tests/store/store_examples.hpp"

/// Points of the tiers 1 and 2 that are damaged under whole pages.

using namespace tributary;
using examples::temporary_directory;

namespace {

constexpr tick start = 72'000;

std::vector<std::string> faults_of(const std::string& path) {
  std::vector<std::string> result;
  auto from = store_file::open(path);
  REQUIRE(from);
  verify_store(*from, [&](const store_fault& x) {
    result.push_back(x.place + ": " + x.what);
  });
  return result;
}

/// Two hours of a host and a few windows more, so that each table of points has
/// entries.
void make_tiered_store(const std::string& path) {
  store_options options;
  options.retention.seconds = 0;
  options.steps = {2, 5};
  auto to = examples::open_store(path, options);
  auto host = examples::make_host(7);
  auto number = to->put_host(host, {});
  for (tick at = start; at < start + 7500; at += 60) {
    examples::origin from{1,
                          {examples::make_chart("c", {"x"}),
                           examples::make_chart("d", {"y", "z"})}};
    to->put_closed(number, examples::close_window(
                               host, std::move(from), at, 60, [](tick t) {
                                 return std::vector<int64_t>{t % 11, t, -t};
                               }));
    REQUIRE(to->commit(0));
  }
  while (to->has_work() || to->has_tier_work())
    REQUIRE(to->commit(0));
}

std::shared_ptr<lmdb::environment> open_tables(const std::string& path) {
  lmdb::environment_options options;
  options.map_bytes = size_t{64} << 20;
  auto result = lmdb::environment::open(path, options, tables::names,
                                        tables::table_count);
  REQUIRE(result);
  return std::move(*result);
}

uint64_t entries_of(const std::string& path, lmdb::table_number table) {
  return open_tables(path)->read()->use_of(table)->entries;
}

/// Changes the first entry of a table: its place, as faults have it.
std::string change_first(const std::string& path, lmdb::table_number table,
                         const std::function<void(std::string&)>& change) {
  auto to = open_tables(path);
  auto txn = to->write();
  REQUIRE(txn);
  lmdb::key key;
  std::string value;
  {
    lmdb::cursor at{*txn, table}; // ends before its transaction
    REQUIRE(at.first());
    key = at.current_key();
    value = at.current_value();
  }
  change(value);
  REQUIRE_FALSE(txn->put(table, key, value));
  REQUIRE_FALSE(txn->commit());
  return place_of(tables::names[table], key);
}

} // namespace

TEST_CASE("damaged points are named, and left out of what is salvaged",
          "[dump][tier]") {
  for (auto table : {tables::tier1, tables::tier2, tables::tier1_pieces,
                     tables::tier2_pieces}) {
    INFO(tables::names[table]);
    temporary_directory folder;
    auto path = folder.file("store.mdb");
    make_tiered_store(path);
    REQUIRE(faults_of(path) == std::vector<std::string>{});
    auto before = entries_of(path, table);
    REQUIRE(before > 0);
    auto place = change_first(path, table, [](std::string& x) {
      x[x.size() - 12] ^= 0x10; // among the packed columns
    });
    auto faults = faults_of(path);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].find(place + ": ") == 0);
    CHECK(faults[0].find("charts c to d") != std::string::npos);
    auto out = folder.file("new.mdb");
    auto report = salvage_store(path, out);
    REQUIRE(report);
    CHECK(!report->is_whole);
    CHECK(faults_of(out) == std::vector<std::string>{});
    // Pieces are made of their window again.
    CHECK(entries_of(out, table) <= before);
    auto pieces = tables::pieces_of(tier_of_table(table));
    CHECK(entries_of(out, pieces) >= entries_of(path, pieces));
  }
}

TEST_CASE("a store of an older program is whole without tiers",
          "[dump][tier]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  auto make = [&](uint32_t format, tier_steps steps) {
    lmdb::environment_options options;
    options.map_bytes = size_t{64} << 20;
    auto to
        = lmdb::environment::open(path, options, tables::names, tables::tier1);
    REQUIRE(to);
    auto txn = (*to)->write();
    REQUIRE(txn);
    store_meta meta;
    meta.format_version = format;
    meta.node = examples::make_guid(1);
    meta.steps = steps;
    REQUIRE_FALSE(txn->put(tables::meta, tables::meta_key(), seal_meta(meta)));
    REQUIRE_FALSE(txn->commit());
  };
  make(1, tier_steps{0, 0});
  CHECK(faults_of(path) == std::vector<std::string>{});
  make(tables::format_version, tier_steps{});
  CHECK(faults_of(path).size() == 4); // a table of points each
}
