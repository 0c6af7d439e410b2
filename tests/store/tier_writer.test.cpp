#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/tables.hpp"
#include "store/tier_read.hpp"
#include "tests/store/tier_examples.hpp"

/// Pieces, blocks, and what late data do to them, in a store.

using namespace tributary;
using examples::cells_of;
using examples::difference;
using examples::make_host;
using examples::open_store;
using examples::temporary_directory;

namespace {

/// Blocks of 12 minutes and of 36: 12 windows and 3 blocks.
store_options small_tiers() {
  store_options result;
  result.retention.seconds = 0;
  result.steps = {2, 5};
  return result;
}

constexpr tick block_seconds = 720;
constexpr tick start = 72'000; // of a block of either tier
static_assert(start % 2160 == 720 || start % 720 == 0);

class tiered_host {
public:
  explicit tiered_host(const std::string& path) : path_(path) {
    reopen();
  }

  void reopen() {
    store_.reset();
    store_ = open_store(path_, small_tiers());
    number_ = store_->put_host(host_, {});
  }

  /// A window that closed, with a value in each slot that is `value` mod 7 off.
  void close(tick at, epoch_number epoch = 1, int64_t value = 0) {
    examples::origin from{epoch,
                          {examples::make_chart("c", {"x"}),
                           examples::make_chart("d", {"y", "z"})}};
    store_->put_closed(
        number_,
        examples::close_window(host_, std::move(from), at, 60, [=](tick t) {
          return std::vector<int64_t>{t % 11 + value, t, -t * value};
        }));
  }

  /// Until nothing is left to do.
  void settle() {
    do {
      auto report = store_->commit(0);
      INFO((report ? std::string{} : to_text(report.error())));
      REQUIRE(report);
      damaged.insert(damaged.end(), report->damaged.begin(),
                     report->damaged.end());
    } while (store_->has_work() || store_->has_tier_work());
  }

  size_t entries(lmdb::table_number table) const {
    return store_->environment()->read()->use_of(table)->entries;
  }

  tier_table load(unsigned tier, tick_range ticks,
                  std::string_view chart = {}) const {
    auto txn = store_->environment()->read();
    layout_cache layouts;
    auto reader = tier_reader::open(*txn, layouts, host_.id);
    REQUIRE(reader);
    auto points = reader->load(tier, ticks, chart);
    INFO((points ? std::string{} : to_text(points.error())));
    REQUIRE(points);
    return *points;
  }

  tier_extent extent(unsigned tier) const {
    auto txn = store_->environment()->read();
    layout_cache layouts;
    return tier_reader::open(*txn, layouts, host_.id)->extent(tier);
  }

  /// Both tiers are what tier 0 comes to, from `from` on.
  void check(tick from = 60'000) const {
    examples::cell_map slots;
    for (auto& run : store_->hosts().at(number_).stored.runs())
      for (auto t = run.from / 60 * 60; t <= run.to; t += 60)
        if (t >= from)
          slots.merge(cells_of(examples::stored_window(*store_, number_, t)));
    for (unsigned tier = 1; tier < tier_count; ++tier) {
      auto grid = grid_of(host_, {2, 5}, tier);
      auto wanted = examples::count_points(slots, grid.step, grid.phase);
      INFO("tier " << tier);
      REQUIRE(difference(cells_of(load(tier, {from, 100'000})), wanted) == "");
    }
  }

  tributary::store& kept() {
    return *store_;
  }

  host_number number() const {
    return number_;
  }

  const host_definition& definition() const {
    return host_;
  }

  std::vector<std::string> damaged;

private:
  std::string path_;
  host_definition host_ = make_host(5);
  std::unique_ptr<tributary::store> store_;
  host_number number_ = 0;
};

} // namespace

TEST_CASE("a closed window has points at once", "[store][tier]") {
  temporary_directory directory;
  tiered_host x{directory.file("s")};
  x.close(start);
  REQUIRE(x.kept().commit(0));
  CHECK(x.entries(tables::tier1_pieces) == 1);
  CHECK(x.entries(tables::tier1) == 0);
  CHECK(x.extent(1).from == start);
  CHECK(x.extent(1).to == start + 60);
  x.check();
}

TEST_CASE("pieces become blocks", "[store][tier]") {
  temporary_directory directory;
  tiered_host x{directory.file("s")};
  for (auto t = start; t < start + 3 * block_seconds + 120; t += 60) {
    x.close(t, 1, t / 60 % 5);
    x.settle();
    x.check();
  }
  CHECK(x.entries(tables::tier1_pieces) == 2);
  CHECK(x.entries(tables::tier1) == 3);
  CHECK(x.entries(tables::tier2) + x.entries(tables::tier2_pieces) > 0);
  auto one = x.load(2, {start, start + 4 * block_seconds}, "d");
  CHECK(one.charts.size() == 1);
  x.reopen();
  x.check();
}

TEST_CASE("late data make a block of points anew", "[store][tier]") {
  temporary_directory directory;
  tiered_host x{directory.file("s")};
  for (auto t = start; t < start + 4 * block_seconds; t += 60)
    if (t != start + 300) // a hole to be filled
      x.close(t);
  x.settle();
  REQUIRE(x.entries(tables::tier1_pieces) == 0);
  x.close(start + 300, 1, 40);
  x.close(start + 900, 2, 90); // a newer life replaces
  REQUIRE(x.kept().commit(0));
  while (x.kept().has_tier_work() && x.entries(tables::tier1_pieces) == 0)
    REQUIRE(x.kept().commit(0));
  CHECK(x.entries(tables::tier1_pieces) == 2);
  x.check(); // already seen
  x.settle();
  CHECK(x.entries(tables::tier1_pieces) == 0);
  x.check();
}

TEST_CASE("a block that was begun is made after a crash", "[store][tier]") {
  temporary_directory directory;
  for (int commits : {0, 1, 31, 32, 33, 34, 35, 36}) {
    tiered_host x{directory.file("s" + std::to_string(commits))};
    for (auto t = start; t < start + 2 * block_seconds; t += 60)
      x.close(t, 1, t % 3);
    do
      REQUIRE(x.kept().commit(0));
    while (x.kept().hosts().at(x.number()).closed.to
           < start + 2 * block_seconds);
    for (int i = 0; i < commits; ++i)
      REQUIRE(x.kept().commit(0));
    x.check();
    x.reopen();
    x.check();
    x.settle();
    CHECK(x.entries(tables::tier1_pieces) == 0);
    CHECK(x.entries(tables::tier1) == 2);
    x.check();
  }
}

TEST_CASE("a piece that can't be read is named and goes", "[store][tier]") {
  temporary_directory directory;
  tiered_host x{directory.file("s")};
  for (auto t = start; t < start + block_seconds; t += 60)
    x.close(t);
  while (x.entries(tables::tier1_pieces) < 12)
    REQUIRE(x.kept().commit(0));
  auto key = tables::block_key(start + 120, x.number(), 0);
  {
    auto txn = x.kept().environment()->write();
    std::string piece{*txn->get(tables::tier1_pieces, key)};
    piece[piece.size() - 4] = static_cast<char>(piece[piece.size() - 4] ^ 64);
    piece[piece.size() - 9] = static_cast<char>(piece[piece.size() - 9] ^ 64);
    REQUIRE_FALSE(txn->put(tables::tier1_pieces, key, piece));
    REQUIRE_FALSE(txn->commit());
  }
  x.settle();
  REQUIRE(x.damaged.size() == 1);
  CHECK(x.damaged[0].find("tier1_pieces host 1 start 72120 group 0: ") == 0);
  CHECK(x.entries(tables::tier1) == 1);
  auto points = x.load(1, {start, start + block_seconds - 1});
  auto& count = points.charts.at("c").columns[0].count;
  CHECK(count[0] == 2);
  CHECK(count[60] == 0);
  CHECK(count[120] == 2);
}

TEST_CASE("a store of format 1 gets tiers", "[store][tier]") {
  temporary_directory directory;
  auto path = directory.file("s");
  {
    tiered_host x{path};
    x.close(start);
    x.settle();
    auto txn = x.kept().environment()->write();
    auto meta = *open_meta(*txn->get(tables::meta, tables::meta_key()));
    meta.format_version = 1;
    meta.steps = {0, 0};
    REQUIRE_FALSE(txn->put(tables::meta, tables::meta_key(), seal_meta(meta)));
    for (auto table : {tables::tier1, tables::tier1_pieces}) {
      lmdb::cursor at{*txn, table};
      for (auto more = at.first(); more; more = at.next())
        REQUIRE_FALSE(at.erase());
    }
    auto host = *open_host(
        *txn->get(tables::hosts, tables::host_key(x.definition().id)));
    host.tier_from = {};
    REQUIRE_FALSE(txn->put(tables::hosts, tables::host_key(x.definition().id),
                           seal_host(host)));
    REQUIRE_FALSE(txn->commit());
  }
  tiered_host x{path};
  CHECK(x.kept().steps() == tier_steps{2, 5});
  CHECK(x.kept().hosts().at(x.number()).tiers_since[1] == start + 60);
  CHECK(x.extent(1).to == 0);
  x.close(start + 60);
  x.settle();
  CHECK(x.extent(1).from == start + 60);
  CHECK(x.extent(1).to == start + 120);
  x.check(start + 60);
  x.reopen();
  CHECK(x.extent(1).from == start + 60);
}

TEST_CASE("the steps of a store stay", "[store][tier]") {
  temporary_directory directory;
  { tiered_host x{directory.file("s")}; }
  store_options other;
  other.steps = {60, 60};
  CHECK(open_store(directory.file("s"), other)->steps() == tier_steps{2, 5});
}
