#include "store/lmdb_file.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>

#include "store/lmdb.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;

namespace {

constexpr const char* names[] = {"one", "two"};
constexpr size_t page_bytes = 4096;

using number_map = std::map<uint64_t, std::string>;

class file_example {
public:
  explicit file_example(uint64_t seed) : engine_(seed) {
    options_.map_bytes = size_t{64} << 20;
    options_.sync = lmdb::sync_mode::none;
  }

  std::string path() const {
    return directory_.file("x.mdb");
  }

  caf::expected<std::shared_ptr<lmdb::environment>> open() {
    return lmdb::environment::open(path(), options_, names, 2);
  }

  /// Commits that fill a tree of several levels, and some that erase.
  void fill(int commits) {
    auto environment = open();
    REQUIRE(environment);
    for (int i = 0; i < commits; ++i) {
      auto txn = (*environment)->write();
      REQUIRE(txn);
      for (int n = 0; n < 200; ++n) {
        auto k = below(engine_, 4000);
        auto words = 1 + below(engine_, below(engine_, 5) == 0 ? 1200 : 40);
        REQUIRE_FALSE(txn->put(0, {k}, std::string(words * 8, 'v')));
        REQUIRE_FALSE(txn->put(1, {k, 1}, std::string(16, 'w')));
        REQUIRE(txn->erase(0, {below(engine_, 4000)}));
      }
      // Taken and given back at once: a page at the end that nobody writes.
      REQUIRE_FALSE(txn->put(0, {9999}, std::string(40'000, 'x')));
      REQUIRE(txn->erase(0, {9999}));
      REQUIRE_FALSE(txn->commit());
    }
  }

  std::string bytes() const {
    std::ifstream file{path(), std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  void write(const std::string& bytes) const {
    std::ofstream file{path(), std::ios::binary | std::ios::trunc};
    file << bytes;
  }

  number_map stored() {
    number_map result;
    auto environment = open();
    INFO((environment ? std::string{} : to_text(environment.error())));
    REQUIRE(environment);
    auto txn = (*environment)->read();
    for (lmdb::table_number table = 0; table < 2; ++table) {
      lmdb::cursor at{*txn, table};
      for (auto more = at.first(); more; more = at.next())
        result[at.current_key().word(0) * 2 + table]
            = std::string{at.current_value()};
    }
    return result;
  }

  std::mt19937_64& engine() {
    return engine_;
  }

private:
  examples::temporary_directory directory_;
  lmdb::environment_options options_;
  std::mt19937_64 engine_;
};

} // namespace

TEST_CASE("files of all ages are good, and so is none", "[store][lmdb]") {
  auto seed = random_seed("lmdb files");
  INFO("TRIBUTARY_SEED=" << seed);
  file_example file{seed};
  CHECK_FALSE(lmdb::check_file(file.path()));
  file.write("");
  CHECK_FALSE(lmdb::check_file(file.path()));
  for (int i = 0; i < 8; ++i) {
    file.fill(1 + i);
    auto error = lmdb::check_file(file.path());
    INFO(to_text(error));
    REQUIRE_FALSE(error);
  }
  CHECK_FALSE(lmdb::rewrite_meta_pages(file.path()));
  CHECK_FALSE(file.stored().empty());
}

TEST_CASE("a file that was cut off is refused, or lacks nothing",
          "[store][lmdb]") {
  auto seed = random_seed("lmdb files cut");
  INFO("TRIBUTARY_SEED=" << seed);
  file_example file{seed};
  file.fill(12);
  auto whole = file.bytes();
  auto before = file.stored();
  size_t refused = 0;
  for (int i = 0; i < 60; ++i) {
    // The last pages, and any place.
    auto size = i < 20 ? whole.size() - static_cast<size_t>(i) * page_bytes
                       : 1 + below(file.engine(), whole.size() - 1);
    INFO("cut at " << size << " of " << whole.size());
    file.write(whole.substr(0, size));
    auto error = lmdb::check_file(file.path());
    if (!error) {
      REQUIRE(file.stored() == before);
      continue;
    }
    ++refused;
    CHECK(code_of(error) == ec::corrupt);
    CHECK(to_text(error).find(file.path()) != std::string::npos);
    CHECK(to_text(error).find("tributary-dump --salvage") != std::string::npos);
    auto opened = file.open();
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == error);
    CHECK(file.bytes() == whole.substr(0, size));
  }
  CHECK(refused > 40);
}

TEST_CASE("damaged heads and branches of a file are found", "[store][lmdb]") {
  auto seed = random_seed("lmdb files damaged");
  INFO("TRIBUTARY_SEED=" << seed);
  file_example file{seed};
  file.fill(12);
  auto whole = file.bytes();
  size_t branches = 0;
  for (size_t at = 0; at < whole.size(); at += page_bytes) {
    auto flags = whole[at + 10];
    if ((flags & 0x09) == 0) // neither branch nor meta page
      continue;
    branches += flags & 1;
    auto damaged = whole;
    // What the page is: its number, its kind.
    damaged[at + (below(file.engine(), 2) == 0 ? 1 : 10)] ^= '\x3f';
    file.write(damaged);
    auto error = lmdb::check_file(file.path());
    // Pages of before the last commit are damaged too, and nobody sees it.
    if (!error)
      REQUIRE(file.stored() == [&] {
        file.write(whole);
        return file.stored();
      }());
    else
      CHECK(code_of(error) == ec::corrupt);
  }
  CHECK(branches > 0);
  auto damaged = whole;
  damaged[16] ^= 1; // the magic number
  file.write(damaged);
  CHECK(code_of(lmdb::check_file(file.path())) == ec::corrupt);
  file.write(std::string(100'000, 'a'));
  CHECK(code_of(lmdb::check_file(file.path())) == ec::corrupt);
}
