#include "actors/storage/backup_desk.hpp"

#include <filesystem>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "store/store_file.hpp"
#include "store/verify.hpp"
#include "tests/store/damaged_store.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::make_example_store;
using examples::make_guid;
using examples::temporary_directory;

namespace {

struct stage {
  temporary_directory folder;
  std::string path = folder.file("store.mdb");
  std::shared_ptr<lmdb::environment> store;

  explicit stage(size_t map_bytes = size_t{1} << 30) {
    make_example_store(path);
    lmdb::environment_options options;
    options.map_bytes = map_bytes;
    auto opened = lmdb::environment::open(path, options, tables::names,
                                          tables::table_count);
    REQUIRE(opened);
    store = *opened;
  }

  backup_request request(const std::string& name, bool compact = false) const {
    return {folder.file(name), make_guid(1), compact};
  }
};

unsigned mode_of(const std::string& path) {
  struct stat facts {};
  REQUIRE(stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 0777;
}

uint64_t faults_of(const std::string& path) {
  auto store = store_file::open(path);
  REQUIRE(store);
  return verify_store(*store,
                      [](const store_fault& x) {
                        UNSCOPED_INFO(x.place << ": " << x.what);
                      })
      .faults;
}

} // namespace

TEST_CASE("a backup is a whole store with its guid, for its owner only",
          "[backup]") {
  stage on;
  for (auto compact : {false, true}) {
    auto what = on.request(compact ? "small" : "plain", compact);
    auto made = back_up(*on.store, what);
    REQUIRE(made);
    auto copy = what.folder + "/store.mdb";
    CHECK(made->bytes == std::filesystem::file_size(copy));
    CHECK(mode_of(what.folder) == 0700);
    CHECK(mode_of(copy) == 0600);
    CHECK(examples::read_file(what.folder + "/node.guid")
          == to_string(make_guid(1)) + "\n");
    CHECK(mode_of(what.folder + "/node.guid") == 0600);
    CHECK(faults_of(copy) == 0);
  }
  CHECK(std::filesystem::file_size(on.folder.file("small/store.mdb"))
        < std::filesystem::file_size(on.folder.file("plain/store.mdb")));
}

TEST_CASE("a backup is refused with its reason", "[backup]") {
  stage on;
  backup_request relative{"here", make_guid(1), false};
  CHECK(code_of(back_up(*on.store, relative).error()) == ec::bad_request);
  REQUIRE(back_up(*on.store, on.request("a")));
  auto again = back_up(*on.store, on.request("a"));
  REQUIRE(!again);
  CHECK(words_of(again.error()).find("not an empty folder")
        != std::string::npos);
  CHECK(!back_up(*on.store, on.request("none/below")));
}

TEST_CASE("a compact backup of a crowded store is refused", "[backup]") {
  stage on;
  auto used = on.store->space()->used_bytes;
  on.store.reset();
  lmdb::environment_options options;
  options.map_bytes = (used * 5 / 4 + 4095) / 4096 * 4096;
  auto crowded = lmdb::environment::open(on.path, options, tables::names,
                                         tables::table_count);
  REQUIRE(crowded);
  auto refused = back_up(**crowded, on.request("a", true));
  REQUIRE(!refused);
  CHECK(words_of(refused.error()).find("70 %") != std::string::npos);
  CHECK(back_up(**crowded, on.request("a")));
}

TEST_CASE("a backup that is stopped leaves nothing", "[backup]") {
  stage on;
  for (auto compact : {false, true}) {
    auto what = on.request("a", compact);
    auto stopped = back_up(*on.store, what, [](uint64_t) { return false; });
    REQUIRE(!stopped);
    CHECK(code_of(stopped.error()) == ec::disconnected);
    CHECK(!std::filesystem::exists(what.folder));
  }
}

TEST_CASE("the desk makes one backup and lets the store go", "[backup]") {
  stage on;
  backup_desk desk;
  CHECK(code_of(desk.start(on.folder.file("a"), false)) == ec::busy);
  desk.open(on.store, make_guid(1));
  CHECK(desk.state().at == backup_state::none);
  CHECK(code_of(desk.start("a", false)) == ec::bad_request);
  REQUIRE(!desk.start(on.folder.file("a"), false));
  desk.close(); // waits; the copy may have been done before
  auto state = desk.state();
  CHECK(state.at != backup_state::running);
  CHECK((state.at == backup_state::done)
        == std::filesystem::exists(on.folder.file("a")));
  CHECK(on.store.use_count() == 1);
}
