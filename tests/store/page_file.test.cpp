#include "store/page_file.hpp"

#include <cstdio>

#include <catch2/catch.hpp>
#include <unistd.h>

#include "store/salvage.hpp"
#include "store/store_file.hpp"
#include "store/verify.hpp"
#include "tests/store/damaged_store.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::make_example_store;
using examples::temporary_directory;

namespace {

const std::vector<std::string> none;

std::vector<std::string> faults_of(const std::string& path) {
  std::vector<std::string> result;
  auto store = store_file::open(path);
  if (!store)
    return {to_text(store.error())};
  verify_store(*store, [&](const store_fault& x) {
    result.push_back(x.place + ": " + x.what);
  });
  return result;
}

uint64_t entries_of(const store_file& store, const std::string& table) {
  uint64_t result = 0;
  store.for_each(table,
                 [&](const lmdb::key&, std::string_view) {
                   ++result;
                   return true;
                 },
                 {});
  return result;
}

} // namespace

TEST_CASE("every entry is read as LMDB has it", "[dump]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  auto written = make_example_store(path);
  auto store = store_file::open(path);
  REQUIRE(store);
  CHECK(!store->is_in_use());
  auto environment
      = lmdb::environment::open(path, {}, tables::names, tables::table_count);
  REQUIRE(environment);
  auto txn = (*environment)->read();
  REQUIRE(txn);
  for (lmdb::table_number i = 0; i < tables::table_count; ++i) {
    INFO(tables::names[i]);
    uint64_t entries = 0;
    lmdb::cursor at{*txn, i};
    auto more = at.first();
    store->for_each(
        tables::names[i],
        [&](const lmdb::key& key, std::string_view value) {
          REQUIRE(more);
          CHECK(key.bytes() == at.current_key().bytes());
          CHECK(value == at.current_value());
          CHECK(reinterpret_cast<uintptr_t>(value.data()) % 8 == 0);
          more = at.next();
          ++entries;
          return true;
        },
        [](const store_fault& x) { FAIL(x.place << ": " << x.what); });
    CHECK(!more);
    CHECK(entries == txn->use_of(i)->entries);
  }
  CHECK(entries_of(*store, "tier0") == written.values);
}

TEST_CASE("a whole store has no fault and is salvaged whole", "[dump]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  auto written = make_example_store(path);
  CHECK(faults_of(path).empty());
  auto out = folder.file("out.mdb");
  auto report = salvage_store(path, out);
  REQUIRE(report);
  CHECK(report->is_whole);
  CHECK(report->lost_count == 0);
  CHECK(report->found_in_leaves == 0);
  CHECK(report->found["tier0"] == written.blocks);
  CHECK(faults_of(out) == none);
  CHECK(salvage_store(path, out).error() == make_error(ec::file_unusable));
}

TEST_CASE("what is no store is said to be none", "[dump]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  CHECK(code_of(store_file::open(path).error()) == ec::file_unusable);
  examples::write_file(path, "");
  CHECK(code_of(store_file::open(path).error()) == ec::corrupt);
  examples::write_file(path, std::string(40960, 'x'));
  CHECK(code_of(store_file::open(path).error()) == ec::corrupt);
  CHECK(code_of(salvage_store(path, folder.file("out.mdb")).error())
        == ec::corrupt);
}

TEST_CASE("each page that is broken is noticed, and the rest salvaged",
          "[dump]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  auto written = make_example_store(path);
  auto whole = examples::read_file(path);
  auto used = examples::pages_in_use(path);
  REQUIRE(used.size() > 10);
  for (auto page : used) {
    INFO("page " << page);
    auto damaged = whole;
    for (size_t i = 0; i < page_bytes; ++i)
      damaged[page * page_bytes + i] ^= 0x5a;
    examples::write_file(path, damaged);
    CHECK(!faults_of(path).empty());
    auto out = folder.file("out" + std::to_string(page));
    auto report = salvage_store(path, out);
    REQUIRE(report);
    CHECK(!report->is_whole);
    CHECK(examples::read_file(path) == damaged);
    // One page holds at most one window's, or keys of blocks that are found
    // without; but blocks without their layout are lost.
    if (report->found["layouts"] == written.layouts)
      CHECK(report->found["tier0"] + 7 >= written.blocks);
    CHECK(faults_of(out) == none);
  }
}

TEST_CASE("a file that is cut is noticed and its head salvaged", "[dump]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  make_example_store(path);
  auto whole = examples::read_file(path);
  for (size_t part = 2; part < 10; ++part) {
    INFO(part << " tenths");
    examples::write_file(path, whole.substr(0, whole.size() * part / 10));
    CHECK(!faults_of(path).empty());
    auto out = folder.file("out" + std::to_string(part));
    if (salvage_store(path, out))
      CHECK(faults_of(out) == none);
  }
}

TEST_CASE("a host whose record is lost keeps its blocks", "[dump]") {
  temporary_directory folder;
  auto path = folder.file("store.mdb");
  auto written = make_example_store(path);
  {
    auto store
        = lmdb::environment::open(path, {}, tables::names, tables::table_count);
    REQUIRE(store);
    auto txn = (*store)->write();
    REQUIRE(txn);
    REQUIRE(txn->erase(tables::hosts, tables::host_key(written.host)));
    REQUIRE(!txn->commit());
  }
  CHECK(!faults_of(path).empty());
  auto out = folder.file("out.mdb");
  auto report = salvage_store(path, out);
  REQUIRE(report);
  CHECK(report->lost_count == 1);
  CHECK(report->lost.at(0).what.find("salvaged-1") != std::string::npos);
  CHECK(report->found["tier0"] == written.blocks);
  CHECK(faults_of(out) == none);
}
