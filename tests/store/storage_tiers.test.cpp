#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/store_file.hpp"
#include "store/tables.hpp"
#include "store/tier_read.hpp"
#include "store/verify.hpp"
#include "tests/store/tier_examples.hpp"

/// Stores with fewer tiers than there may be, and changes of their number.

using namespace tributary;
using examples::cells_of;
using examples::make_host;
using examples::open_store;
using examples::temporary_directory;

namespace {

/// Blocks of tier 1 are 12 minutes, of tier 2 36; all is kept.
store_options with_tiers(unsigned tiers) {
  store_options result;
  result.retention = {0, 0};
  result.further.tiers = {};
  result.steps = {2, 5};
  result.tiers = tiers;
  return result;
}

constexpr tick start = 72'000;
constexpr tick block_seconds = 720;

class tier_store {
public:
  explicit tier_store(unsigned tiers) {
    reopen(tiers);
  }

  void reopen(unsigned tiers) {
    store_.reset();
    store_ = open_store(path_, with_tiers(tiers));
    number_ = store_->put_host(host_, {});
  }

  void close(tick from, tick to) {
    for (auto t = from; t < to; t += 60)
      store_->put_closed(
          number_,
          examples::close_window(
              host_,
              examples::origin{1, {examples::make_chart("c", {"x", "y"})}}, t,
              60, [](tick at) {
                return std::vector<int64_t>{at % 7, -at};
              }));
  }

  void receive(tick t) {
    store_->put_received(
        number_,
        examples::receive(host_,
                          examples::make_window(host_, t, "c", 1, {{5, t}})),
        1, examples::make_guid(9));
  }

  void commit() {
    REQUIRE(store_->commit(0));
  }

  void settle() {
    do
      commit();
    while (store_->has_work() || store_->has_tier_work());
  }

  size_t entries(unsigned tier) const {
    auto txn = store_->environment()->read();
    return txn->use_of(tables::blocks_of(tier))->entries
           + (tier == 0 ? 0 : txn->use_of(tables::pieces_of(tier))->entries);
  }

  tier_extent extent(unsigned tier) const {
    auto txn = store_->environment()->read();
    layout_cache layouts;
    return tier_reader::open(*txn, layouts, host_.id)->extent(tier);
  }

  /// What is claimed of a tier is what tier 0 comes to.
  void check(unsigned tier) const {
    auto claimed = extent(tier);
    examples::cell_map slots;
    for (auto t = start; t < claimed.to; t += 60)
      slots.merge(cells_of(examples::stored_window(*store_, number_, t)));
    auto grid = grid_of(host_, {2, 5}, tier);
    auto wanted = examples::count_points(slots, grid.step, grid.phase);
    for (auto i = wanted.begin(); i != wanted.end();)
      i = std::get<0>(i->first) < claimed.from ? wanted.erase(i) : std::next(i);
    auto txn = store_->environment()->read();
    layout_cache layouts;
    auto points = tier_reader::open(*txn, layouts, host_.id)
                      ->load(tier, {claimed.from, claimed.to - 1});
    REQUIRE(points);
    auto seen = cells_of(*points);
    for (auto i = seen.begin(); i != seen.end();)
      i = std::get<0>(i->first) < claimed.from ? seen.erase(i) : std::next(i);
    INFO("tier " << tier << " from " << claimed.from << " to " << claimed.to);
    CHECK(examples::difference(seen, wanted) == "");
  }

  void verify() const {
    std::string faults;
    auto file = store_file::open(path_);
    REQUIRE(file);
    verify_store(*file, [&](store_fault x) {
      faults += x.place + ": " + x.what + '\n';
    });
    CHECK(faults == "");
  }

  const tributary::store& kept() const {
    return *store_;
  }

private:
  temporary_directory directory_;
  std::string path_ = directory_.file("store.mdb");
  host_definition host_ = make_host(5);
  std::unique_ptr<tributary::store> store_;
  host_number number_ = 0;
};

} // namespace

TEST_CASE("tiers that are not wanted are not made", "[store][tier]") {
  for (unsigned tiers : {1u, 2u, 3u}) {
    tier_store x{tiers};
    x.close(start, start + 4 * block_seconds);
    x.settle();
    x.receive(start + 4 * block_seconds);
    x.settle();
    INFO(tiers << " tiers");
    CHECK(x.entries(0) == 49);
    CHECK((x.entries(1) > 0) == (tiers > 1));
    CHECK((x.entries(2) > 0) == (tiers > 2));
    x.verify();
  }
}

TEST_CASE("points of unwanted tiers go bit by bit", "[store][tier]") {
  tier_store x{3};
  x.close(start, start + 400 * 60);
  while (x.kept().has_work()) // no time to make blocks of all pieces
    x.commit();
  auto before = x.entries(1) + x.entries(2);
  REQUIRE(before > 300);
  x.reopen(1);
  x.commit();
  CHECK(x.entries(1) + x.entries(2) > 0);
  CHECK(x.entries(1) + x.entries(2) < before);
  x.verify();
  for (int i = 0; i < 3; ++i) {
    x.reopen(1);
    x.commit();
  }
  CHECK(x.entries(1) == 0);
  CHECK(x.entries(2) == 0);
  CHECK(x.entries(0) == 400);
  CHECK(x.extent(1).to == 0);
  CHECK(x.extent(2).to == 0);
  x.verify();
}

TEST_CASE("tiers that come back tell of what comes then", "[store][tier]") {
  // With tier 0 alone, or with both finer ones; trimmed to the end, or not.
  for (unsigned fewer : {1u, 2u})
    for (int commits : {0, 1, 20}) {
      tier_store x{3};
      x.close(start, start + 3 * block_seconds);
      x.settle();
      x.reopen(fewer);
      auto away_to = start + 5 * block_seconds + 120;
      if (commits != 0) {
        x.close(start + 3 * block_seconds, away_to);
        x.settle();
      }
      for (int i = 0; i < commits; ++i) {
        x.reopen(fewer);
        x.commit();
      }
      x.reopen(3);
      x.close(commits == 0 ? start + 3 * block_seconds : away_to,
              start + 9 * block_seconds);
      x.settle();
      INFO(fewer << " tiers for " << commits << " commits");
      if (commits != 0) {
        CHECK(x.extent(2).from >= away_to);
        CHECK((x.extent(1).from >= away_to) == (fewer == 1));
      }
      for (unsigned tier : {1u, 2u}) {
        CHECK(x.extent(tier).to == start + 9 * block_seconds);
        x.check(tier);
      }
      x.verify();
    }
}

TEST_CASE("a block of tier 1 that is made meanwhile is not of tier 2",
          "[store][tier]") {
  tier_store x{3};
  x.close(start, start + 4 * block_seconds);
  while (x.kept().has_work())
    x.commit();
  REQUIRE(x.entries(2) == 0);
  x.reopen(2);
  x.settle();
  REQUIRE(x.entries(2) == 0);
  x.reopen(3);
  x.settle();
  CHECK((x.extent(2).to == 0
         || x.extent(2).from >= start + 4 * block_seconds - 720));
  x.check(1);
}
