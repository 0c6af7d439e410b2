/// Stores on a disk that fails at each of its calls, and that loses what was
/// not synced. Beside the unit tests, since these are linked to such a disk.

#include <cerrno>
#include <filesystem>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "store/lmdb.hpp"
#include "tests/faults/failing_disk.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;

namespace {

constexpr const char* names[] = {"one", "two"};

using number_map = std::map<uint64_t, std::string>;

std::string words(size_t count, char fill) {
  return std::string(count * 8, fill);
}

/// One file and what must be in it.
class watched_file {
public:
  watched_file(lmdb::sync_mode mode, uint64_t seed) : engine_(seed) {
    options_.map_bytes = size_t{16} << 20;
    options_.sync = mode;
    open();
  }

  ~watched_file() {
    repair_disk();
    environment_.reset();
    lose_power();
  }

  void open() {
    auto opened
        = lmdb::environment::open(directory_.file("x.mdb"), options_, names, 2);
    INFO((opened ? std::string{} : to_text(opened.error())));
    REQUIRE(opened);
    environment_ = std::move(*opened);
  }

  /// Changes some entries; the error of the commit.
  caf::error change() {
    auto txn = environment_->write();
    if (!txn)
      return txn.error();
    auto next = committed_;
    for (int i = 0; i < 12; ++i) {
      uint64_t k = below(engine_, 200);
      if (below(engine_, 3) == 0) {
        next.erase(k);
        if (auto gone = txn->erase(0, {k}); !gone)
          return gone.error();
        continue;
      }
      next[k] = words(1 + below(engine_, 900),
                      static_cast<char>('a' + below(engine_, 26)));
      if (auto error = txn->put(0, {k}, next[k]))
        return error;
    }
    attempted_ = next;
    if (auto error = txn->commit())
      return error;
    previous_ = std::move(committed_);
    committed_ = std::move(next);
    return {};
  }

  number_map stored() {
    number_map result;
    auto txn = environment_->read();
    INFO((txn ? std::string{} : to_text(txn.error())));
    REQUIRE(txn);
    lmdb::cursor at{*txn, 0};
    for (auto more = at.first(); more; more = at.next())
      result[at.current_key().word(0)] = std::string{at.current_value()};
    return result;
  }

  /// What was committed is there, or a commit that failed at its very end.
  bool whole() {
    auto found = stored();
    return found == committed_ || found == attempted_;
  }

  /// ... or, in a relaxed mode, the one before it.
  bool whole_but_for_one() {
    return whole() || stored() == previous_;
  }

  /// Puts what a loss of power leaves in the place of the file.
  void cut_power() {
    environment_.reset();
    lose_power();
    auto path = directory_.file("x.mdb");
    std::filesystem::rename(path + ".platter", path);
    std::filesystem::copy_file(path, path + ".platter");
    open();
  }

  const number_map& committed() const {
    return committed_;
  }

  void settle() {
    committed_ = attempted_ = previous_ = stored();
  }

  lmdb::environment& environment() {
    return *environment_;
  }

private:
  examples::temporary_directory directory_;
  lmdb::environment_options options_;
  std::shared_ptr<lmdb::environment> environment_;
  std::mt19937_64 engine_;
  number_map committed_;
  number_map attempted_;
  number_map previous_;
};

/// Calls that a commit makes.
int64_t calls_of_a_commit(watched_file& file) {
  auto before = disk_of_process().calls.load();
  REQUIRE_FALSE(file.change());
  return disk_of_process().calls - before;
}

void fail_each_call(lmdb::sync_mode mode, disk_fault how, int error) {
  watched_file file{mode, random_seed("failing disk")};
  for (int i = 0; i < 5; ++i)
    REQUIRE_FALSE(file.change());
  auto calls = calls_of_a_commit(file);
  REQUIRE(calls >= 3);
  // Commits differ in their calls: twice as many, so that each is met.
  for (int64_t n = 1; n <= 2 * calls; ++n) {
    INFO("call " << n << " of about " << calls);
    auto failed = disk_of_process().failed.load();
    fail_calls(n, 1, error, how);
    auto fault = file.change();
    repair_disk();
    CHECK(bool(fault) == (disk_of_process().failed > failed));
    if (fault)
      CHECK(code_of(fault) == ec::store_failed);
    REQUIRE(file.whole());
    file.settle();
    auto again = file.change();
    INFO(to_text(again));
    REQUIRE_FALSE(again);
    REQUIRE(file.stored() == file.committed());
  }
}

} // namespace

TEST_CASE("an error of any call of a commit undoes it, and the next goes on",
          "[disk]") {
  for (auto mode : {lmdb::sync_mode::full, lmdb::sync_mode::relaxed})
    for (auto how : {disk_fault::refused, disk_fault::written, disk_fault::cut})
      for (auto error : {EIO, how == disk_fault::cut ? EIO : ENOSPC}) {
        INFO("mode " << static_cast<int>(mode) << " fault "
                     << static_cast<int>(how) << " error " << error);
        fail_each_call(mode, how, error);
      }
}

TEST_CASE("readers end before a file is opened again", "[disk]") {
  watched_file file{lmdb::sync_mode::full, random_seed("failing disk readers")};
  for (int i = 0; i < 5; ++i)
    REQUIRE_FALSE(file.change());
  auto before = file.committed();
  auto slow = file.environment().read();
  REQUIRE(slow);
  disk_of_process().kinds = call_synced_write;
  fail_calls(1, 1, EIO, disk_fault::written);
  CHECK(file.change());
  repair_disk();
  auto refused = file.change();
  CHECK(code_of(refused) == ec::store_failed);
  CHECK(to_text(refused).find("reader") != std::string::npos);
  CHECK(slow->get(0, {before.begin()->first}) == before.begin()->second);
  slow = caf::error{ec::busy};
  REQUIRE(file.whole());
  file.settle();
  CHECK_FALSE(file.change());
  CHECK(file.stored() == file.committed());
}

TEST_CASE("no error and no loss of power loses what was committed", "[disk]") {
  auto seed = random_seed("failing disk power");
  INFO("TRIBUTARY_SEED=" << seed);
  keep_platters(seed);
  std::mt19937_64 engine{seed};
  for (int trial = 0; trial < 6; ++trial) {
    watched_file file{trial % 3 == 2 ? lmdb::sync_mode::relaxed
                                     : lmdb::sync_mode::full,
                      seed + static_cast<uint64_t>(trial)};
    for (int step = 0; step < 120; ++step) {
      INFO("trial " << trial << " step " << step);
      auto& disk = disk_of_process();
      disk.kinds
          = below(engine, 2) == 0 ? call_any : call_synced_write | call_sync;
      if (below(engine, 3) == 0)
        fail_calls(1 + static_cast<int64_t>(below(engine, 4)),
                   1 + static_cast<int64_t>(below(engine, 5)),
                   below(engine, 2) == 0 ? EIO : ENOSPC,
                   static_cast<disk_fault>(below(engine, 3)));
      auto failed = bool(file.change());
      if (below(engine, 3) == 0)
        repair_disk();
      if (failed && below(engine, 2) == 0)
        continue;
      if (below(engine, 4) != 0)
        continue;
      repair_disk();
      file.cut_power();
      REQUIRE((trial % 3 == 2 ? file.whole_but_for_one() : file.whole()));
      file.settle();
    }
  }
}

TEST_CASE("a full disk takes no stored block", "[disk]") {
  examples::temporary_directory directory;
  auto x = examples::open_store(directory.file("x.mdb"));
  auto definition = examples::make_host(2);
  auto host = x->put_host(definition, {});
  for (tick start : {6000, 6060, 6120}) {
    examples::put_late(
        *x, host,
        examples::make_window(definition, start, "c", 1, {{3, 5}, {7, start}}));
    REQUIRE(x->commit(0));
  }
  examples::put_late(*x, host,
                     examples::make_window(definition, 6180, "c", 1, {{1, 1}}));
  fail_calls(1, 1, ENOSPC); // the disk has room again at once
  auto refused = x->commit(0);
  repair_disk();
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == ec::store_failed);
  REQUIRE(x->commit(0));
  for (tick start : {6000, 6060, 6120, 6180})
    CHECK_FALSE(examples::stored_window(*x, host, start).empty());
}
