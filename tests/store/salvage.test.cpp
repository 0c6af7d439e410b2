#include "store/salvage.hpp"

#include <functional>

#include <catch2/catch.hpp>

#include "store/tables.hpp"
#include "store/verify.hpp"
#include "tests/store/full_store.hpp"

/// Records that are lost, one kind at a time, from a store that is whole else.

using namespace tributary;
using namespace tributary::examples;

namespace {

std::vector<std::string> faults_of(const std::string& path) {
  std::vector<std::string> result;
  auto from = store_file::open(path);
  REQUIRE(from);
  verify_store(*from, [&](const store_fault& x) {
    result.push_back(x.place + ": " + x.what);
  });
  return result;
}

/// A store with entries in every table, and what its readers see.
class stage {
public:
  stage() {
    make_full_store(path(), 3);
    truth = see_all(path());
  }

  std::string path() const {
    return folder_.file("store.mdb");
  }

  /// Erases the records of a table that `is_lost` names.
  size_t lose(lmdb::table_number table,
              const std::function<bool(const lmdb::key&)>& is_lost) {
    std::vector<lmdb::key> keys;
    auto to = lmdb::environment::open(path(), {}, tables::names,
                                      tables::table_count);
    REQUIRE(to);
    auto txn = (*to)->write();
    {
      lmdb::cursor at{*txn, table};
      for (auto more = at.first(); more; more = at.next())
        if (is_lost(at.current_key()))
          keys.push_back(at.current_key());
    }
    for (auto& key : keys)
      REQUIRE(txn->erase(table, key));
    REQUIRE_FALSE(txn->commit());
    return keys.size();
  }

  void become_newer() {
    auto to = lmdb::environment::open(path(), {}, tables::names,
                                      tables::table_count);
    REQUIRE(to);
    auto txn = (*to)->write();
    auto meta = *open_meta(*txn->get(tables::meta, tables::meta_key()));
    meta.format_version = tables::format_version + 1;
    REQUIRE_FALSE(txn->put(tables::meta, tables::meta_key(), seal_meta(meta)));
    REQUIRE_FALSE(txn->commit());
  }

  size_t lose_all(lmdb::table_number table) {
    return lose(table, [](const lmdb::key&) { return true; });
  }

  /// What is seen of what is salvaged, which has no fault.
  seen_store salvaged(const guid& node = make_guid(1)) {
    auto out = folder_.file("out.mdb");
    auto done = salvage_store(path(), out, node);
    REQUIRE(done);
    report = *done;
    CHECK(faults_of(out) == std::vector<std::string>{});
    auto seen = see_all(out);
    CHECK(seen.errors == std::vector<std::string>{});
    CHECK(invented(seen, truth, true) == "");
    return seen;
  }

  seen_store truth;
  salvage_report report;

private:
  temporary_directory folder_;
};

} // namespace

TEST_CASE("layouts that are lost are cut from rosters again",
          "[store][salvage]") {
  stage on;
  // The first host collected: it has rosters.
  REQUIRE(on.lose(tables::layouts, [](const lmdb::key& key) {
    return key.word(0) == 1;
  }) > 4);
  REQUIRE(!faults_of(on.path()).empty());
  auto seen = on.salvaged();
  // The roster of its first life went when no frame needed it any more.
  constexpr tick second_life = 72'000 + 27 * 60;
  size_t lost = 0;
  for (auto& kvp : on.truth.blocks) {
    auto [column, t] = kvp.first;
    auto is_seen = seen.blocks.count(kvp.first) != 0;
    lost += is_seen ? 0 : 1;
    if (t >= second_life || on.truth.hosts.at(column) != 1)
      REQUIRE(is_seen);
  }
  CHECK(lost < on.truth.blocks.size() / 2);
  CHECK(holes(seen) == "");
}

TEST_CASE("points that are lost are made of windows again",
          "[store][salvage]") {
  for (auto table : {tables::tier1, tables::tier2, tables::tier1_pieces,
                     tables::tier2_pieces}) {
    INFO(tables::names[table]);
    stage on;
    // One record stays, so that the file tells what is not there.
    auto first = true;
    REQUIRE(on.lose(table, [&](const lmdb::key&) {
      return !std::exchange(first, false);
    }) > 0);
    on.lose(tables::rosters,
            [](const lmdb::key& key) { return key.word(1) == 9; });
    auto seen = on.salvaged();
    CHECK(on.report.lost_count > 0);
    CHECK(missing(seen, on.truth).find("tier") == std::string::npos);
    CHECK(holes(seen) == "");
  }
}

TEST_CASE("steps are told by points where the store's record is lost",
          "[store][salvage]") {
  stage on;
  REQUIRE(on.lose_all(tables::meta) == 1);
  auto seen = on.salvaged();
  CHECK(missing(seen, on.truth) == "");
}

TEST_CASE("a store that says that it is of a newer format is read as of this",
          "[store][salvage]") {
  stage on;
  on.become_newer();
  auto seen = on.salvaged();
  CHECK(missing(seen, on.truth) == "");
  CHECK(on.report.lost_count == 1);
}

TEST_CASE("without anybody's name a store has no points", "[store][salvage]") {
  stage on;
  REQUIRE(on.lose_all(tables::meta) == 1);
  auto seen = on.salvaged({});
  CHECK(on.report.lost_count > 0);
  CHECK(seen.slots == on.truth.slots);
  CHECK(seen.points[1].empty());
  CHECK(holes(seen) == "");
}

TEST_CASE("a store of an older program is salvaged whole", "[store][salvage]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  {
    lmdb::environment_options options;
    options.map_bytes = size_t{64} << 20;
    auto to
        = lmdb::environment::open(path, options, tables::names, tables::tier1);
    REQUIRE(to);
    auto txn = (*to)->write();
    store_meta meta;
    meta.format_version = 1;
    meta.node = make_guid(1);
    REQUIRE_FALSE(txn->put(tables::meta, tables::meta_key(), seal_meta(meta)));
    stored_host host;
    host.number = 1;
    host.definition = make_host(5);
    REQUIRE_FALSE(txn->put(tables::hosts, tables::host_key(host.definition.id),
                           seal_host(host)));
    REQUIRE_FALSE(txn->commit());
  }
  auto out = folder.file("out.mdb");
  auto report = salvage_store(path, out);
  REQUIRE(report);
  CHECK(report->is_whole);
  CHECK(report->lost_count == 0);
  CHECK(faults_of(out) == std::vector<std::string>{});
  CHECK(open_store(out)->steps().tier1 != 0); // a node brings it up to date
}
