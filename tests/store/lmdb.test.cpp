#include "store/lmdb.hpp"

#include <catch2/catch.hpp>

#include <map>

#include "store/tables.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;

namespace {

constexpr const char* names[] = {"one", "two"};

lmdb::environment_options small(size_t map_bytes = size_t{16} << 20) {
  lmdb::environment_options result;
  result.map_bytes = map_bytes;
  result.sync = lmdb::sync_mode::none;
  return result;
}

std::shared_ptr<lmdb::environment>
open_environment(const examples::temporary_directory& directory,
                 lmdb::environment_options options = small()) {
  auto result
      = lmdb::environment::open(directory.file("x.mdb"), options, names, 2);
  INFO((result ? std::string{} : to_text(result.error())));
  REQUIRE(result);
  return std::move(*result);
}

std::string words(size_t count, char fill) {
  return std::string(count * 8, fill);
}

} // namespace

TEST_CASE("keys are ordered as the numbers in them", "[store][lmdb]") {
  std::mt19937_64 engine{random_seed("lmdb keys")};
  for (int i = 0; i < 1000; ++i) {
    auto shift = below(engine, 64);
    uint64_t a[] = {engine() >> shift, engine()};
    uint64_t b[] = {below(engine, 2) == 0 ? a[0] : engine() >> shift, engine()};
    lmdb::key x{a[0], a[1]};
    lmdb::key y{b[0], b[1]};
    REQUIRE((x.bytes() < y.bytes())
            == (std::make_pair(a[0], a[1]) < std::make_pair(b[0], b[1])));
    auto again = lmdb::key::from_bytes(x.bytes());
    REQUIRE(again.word(0) == a[0]);
    REQUIRE(again.word(1) == a[1]);
    REQUIRE(again.word(2) == 0);
  }
}

TEST_CASE("values of whole words are aligned wherever they rest",
          "[store][lmdb]") {
  examples::temporary_directory directory;
  auto environment = open_environment(directory);
  std::mt19937_64 engine{random_seed("lmdb alignment")};
  auto txn = environment->write();
  REQUIRE(txn);
  for (int i = 0; i < 500; ++i) {
    auto value = words(1 + below(engine, 700), 'a');
    REQUIRE_FALSE(txn->put(0, {below(engine, 300), 7}, value));
    REQUIRE_FALSE(txn->put(1, {below(engine, 300), 1, 2, 3}, value));
    REQUIRE(txn->erase(0, {below(engine, 300), 7}));
  }
  REQUIRE_FALSE(txn->commit());
  auto reading = environment->read();
  REQUIRE(reading);
  for (lmdb::table_number table = 0; table < 2; ++table) {
    lmdb::cursor at{*reading, table};
    for (auto more = at.first(); more; more = at.next())
      REQUIRE(reinterpret_cast<uintptr_t>(at.current_value().data()) % 8 == 0);
  }
}

TEST_CASE("a second opener is refused until the first is gone",
          "[store][lmdb]") {
  examples::temporary_directory directory;
  auto path = directory.file("x.mdb");
  auto first = lmdb::environment::open(path, small(), names, 2);
  REQUIRE(first);
  auto second = lmdb::environment::open(path, small(), names, 2);
  REQUIRE_FALSE(second);
  CHECK(code_of(second.error()) == ec::already_running);
  first->reset();
  CHECK(lmdb::environment::open(path, small(), names, 2));
}

TEST_CASE("an environment in no directory is refused by its name",
          "[store][lmdb]") {
  examples::temporary_directory directory;
  auto path = directory.file("missing/x.mdb");
  auto result = lmdb::environment::open(path, small(), names, 2);
  REQUIRE_FALSE(result);
  CHECK(code_of(result.error()) == ec::file_unusable);
  CHECK(to_text(result.error()).find(path) != std::string::npos);
}

TEST_CASE("what a failed check did is undone", "[store][lmdb]") {
  examples::temporary_directory directory;
  auto path = directory.file("x.mdb");
  auto refused = lmdb::environment::open(
      path, small(), names, 2, [](lmdb::transaction& txn) -> caf::error {
        REQUIRE_FALSE(txn.put(0, {1}, words(1, 'a')));
        return ec::newer_format;
      });
  REQUIRE_FALSE(refused);
  CHECK(code_of(refused.error()) == ec::newer_format);
  auto environment = open_environment(directory);
  auto txn = environment->read();
  REQUIRE(txn);
  CHECK_FALSE(txn->get(0, {1}));
}

TEST_CASE("a full map is told, and the environment goes on", "[store][lmdb]") {
  examples::temporary_directory directory;
  auto environment = open_environment(directory, small(1 << 20));
  auto fill = [&](uint64_t from) -> caf::error {
    auto txn = environment->write();
    REQUIRE(txn);
    for (auto i = from; i < from + 20; ++i)
      if (auto error = txn->put(0, {i}, words(1000, 'a')))
        return error;
    return txn->commit();
  };
  uint64_t next = 0;
  caf::error error;
  for (; !error && next < 10000; next += 20)
    error = fill(next);
  CHECK(code_of(error) == ec::store_full);
  auto count = [&] {
    auto txn = environment->read();
    REQUIRE(txn);
    uint64_t result = 0;
    lmdb::cursor at{*txn, 0};
    for (auto more = at.first(); more; more = at.next())
      ++result;
    return result;
  };
  CHECK(count() == next - 20);
  auto space = environment->space();
  REQUIRE(space);
  CHECK(space->map_bytes == 1 << 20);
  CHECK(space->used_bytes > space->map_bytes / 2);
  // Freed pages can be used from the second transaction on.
  for (uint64_t i = 0; i < 40; i += 20) {
    auto txn = environment->write();
    REQUIRE(txn);
    for (auto j = i; j < i + 20; ++j)
      REQUIRE(*txn->erase(0, {j}));
    REQUIRE_FALSE(txn->commit());
  }
  CHECK(environment->space()->used_bytes < space->used_bytes);
  error = fill(next);
  INFO(to_text(error));
  CHECK_FALSE(error);
}

TEST_CASE("a transaction sees its own writes, others only commits",
          "[store][lmdb]") {
  examples::temporary_directory directory;
  auto environment = open_environment(directory);
  auto before = environment->read();
  auto txn = environment->write();
  REQUIRE(txn);
  REQUIRE_FALSE(txn->put(1, {5}, words(2, 'x')));
  CHECK(*txn->get(1, {5}) == words(2, 'x'));
  CHECK_FALSE(environment->read()->get(1, {5}));
  REQUIRE_FALSE(txn->commit());
  CHECK_FALSE(before->get(1, {5}));
  CHECK(*environment->read()->get(1, {5}) == words(2, 'x'));
  {
    auto dropped = environment->write();
    REQUIRE(*dropped->erase(1, {5}));
    CHECK_FALSE(*dropped->erase(1, {5}));
  }
  CHECK(environment->read()->get(1, {5}));
}

namespace {

using number_map = std::map<uint64_t, std::string>;

/// Walks from a random place on and erases some, in table and model alike.
void walk_and_erase(std::mt19937_64& engine, const lmdb::transaction& txn,
                    number_map& model) {
  auto from = below(engine, 400);
  auto one_in = 1 + below(engine, 4);
  lmdb::cursor at{txn, 0};
  auto i = model.lower_bound(from);
  for (auto more = at.seek({from}); more; more = at.next()) {
    REQUIRE(i != model.end());
    REQUIRE(at.current_key().word(0) == i->first);
    REQUIRE(at.current_value() == i->second);
    if (below(engine, one_in) != 0) {
      ++i;
      continue;
    }
    REQUIRE_FALSE(at.erase());
    i = model.erase(i);
  }
  REQUIRE(i == model.end());
  REQUIRE(at.last() == !model.empty());
  if (model.empty())
    return;
  REQUIRE(at.current_key().word(0) == model.rbegin()->first);
  REQUIRE(at.previous() == (model.size() > 1));
}

number_map all_of(const lmdb::transaction& txn) {
  number_map result;
  lmdb::cursor at{txn, 0};
  for (auto more = at.first(); more; more = at.next())
    result[at.current_key().word(0)] = std::string{at.current_value()};
  return result;
}

} // namespace

TEST_CASE("a cursor walks and erases as a map does", "[store][lmdb]") {
  examples::temporary_directory directory;
  auto environment = open_environment(directory);
  auto seed = random_seed("lmdb cursor");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  number_map model;
  for (int round = 0; round < 60; ++round) {
    auto txn = environment->write();
    REQUIRE(txn);
    auto value_words = below(engine, 3) == 0 ? 1500 : 60;
    for (auto n = below(engine, 60); n > 0; --n) {
      auto k = below(engine, 400);
      model[k] = words(1 + below(engine, value_words), 'v');
      REQUIRE_FALSE(txn->put(0, {k}, model[k]));
    }
    walk_and_erase(engine, *txn, model);
    REQUIRE(all_of(*txn) == model);
    if (below(engine, 8) != 0)
      REQUIRE_FALSE(txn->commit());
    else
      model = all_of(*environment->read());
  }
}

TEST_CASE("an empty table has no entries and erases none", "[store][lmdb]") {
  examples::temporary_directory directory;
  auto environment = open_environment(directory);
  auto txn = environment->write();
  REQUIRE(txn);
  lmdb::cursor at{*txn, 0};
  CHECK_FALSE(at.first());
  CHECK_FALSE(at.last());
  CHECK_FALSE(at.seek({3}));
  CHECK(at.erase());
}
