#include <catch2/catch.hpp>

#include "store/store.hpp"
#include "store/tables.hpp"
#include "tests/store/store_examples.hpp"

/// Reading from a snapshot, as readers and uplinks do.

using namespace tributary;
using examples::cells_of;
using examples::make_chart;
using examples::make_host;
using examples::make_window;
using examples::open_store;
using examples::origin;
using examples::temporary_directory;

namespace {

constexpr tick start = 6000;

struct fixture {
  temporary_directory directory;
  std::unique_ptr<store> x = open_store(directory.file("s"));
  host_number host = x->put_host(make_host(2), {});
  origin from{1, {make_chart("c", {"x"})}};
  tick next = start;

  void commit() {
    auto report = x->commit(0);
    INFO((report ? std::string{} : to_text(report.error())));
    REQUIRE(report);
  }

  void append(int frames) {
    for (int i = 0; i < frames; ++i, ++next)
      x->append({host, from.seal(next, {next})});
    commit();
  }

  std::vector<journal_position> positions(journal_position first,
                                          size_t bytes_max = 1 << 20) {
    auto txn = x->environment()->read();
    auto items = load_journal(*txn, first, bytes_max);
    REQUIRE(items);
    std::vector<journal_position> result;
    for (auto& kvp : *items) {
      CHECK(kvp.second.frame->header().tick
            == start + static_cast<tick>(kvp.first) - 1);
      result.push_back(kvp.first);
    }
    return result;
  }
};

} // namespace

TEST_CASE("an empty journal has nothing to read", "[store][load]") {
  fixture f;
  f.commit();
  CHECK(f.positions(0).empty());
  CHECK(f.positions(1).empty());
  CHECK(f.positions(UINT64_MAX).empty());
}

TEST_CASE("the journal is read from any position on", "[store][load]") {
  fixture f;
  f.append(3); // 1..3
  f.append(1); // 4
  f.append(4); // 5..8
  auto from = [](journal_position first) {
    std::vector<journal_position> result;
    for (auto p = first; p <= 8; ++p)
      result.push_back(p);
    return result;
  };
  CHECK(f.positions(0) == from(1));
  for (journal_position p = 1; p <= 9; ++p)
    CHECK(f.positions(p) == from(p));
  CHECK(f.positions(UINT64_MAX).empty());
}

TEST_CASE("a position before the first entry reads from there",
          "[store][load]") {
  fixture f;
  f.append(3);
  f.append(3);
  {
    auto txn = f.x->environment()->write();
    REQUIRE(*txn->erase(tables::journal, tables::journal_key(1)));
    REQUIRE_FALSE(txn->commit());
  }
  auto rest = std::vector<journal_position>{4, 5, 6};
  for (journal_position p : {0, 1, 2, 3, 4})
    CHECK(f.positions(p) == rest);
}

TEST_CASE("a read of the journal ends after about so many bytes",
          "[store][load]") {
  fixture f;
  for (int i = 0; i < 10; ++i)
    f.append(2);
  CHECK(f.positions(1, 1) == std::vector<journal_position>{1, 2});
  CHECK(f.positions(2, 1) == std::vector<journal_position>{2});
  CHECK(f.positions(1, 0).empty());
  auto some = f.positions(1, 500);
  CHECK(some.size() > 2);
  CHECK(some.size() < 20);
}

TEST_CASE("a window that is not stored reads as empty", "[store][load]") {
  fixture f;
  examples::put_late(*f.x, f.host,
                     make_window(make_host(2), start, "c", 1, {{0, 1}}));
  f.commit();
  for (auto at : {start - 60, start + 60}) {
    CHECK(examples::stored_window(*f.x, f.host, at).empty());
    auto txn = f.x->environment()->read();
    CHECK(load_groups(*txn, f.host, at)->empty());
  }
  window_table other{start, 60};
  layout_cache layouts;
  auto txn = f.x->environment()->read();
  CHECK_FALSE(load_window(*txn, layouts, f.host + 1, {}, other));
  CHECK(other.empty());
}

TEST_CASE("windows of hosts that begin at the same tick do not mix",
          "[store][load]") {
  fixture f;
  auto other = f.x->put_host(make_host(3), {});
  examples::put_late(*f.x, f.host,
                     make_window(make_host(2), start, "c", 1, {{0, 1}}));
  examples::put_late(*f.x, other,
                     make_window(make_host(3), start, "d", 1, {{1, 2}}));
  f.commit();
  auto mine = cells_of(examples::stored_window(*f.x, f.host, start));
  CHECK(mine.size() == 1);
  CHECK(mine.count({start, "c", "x"}) == 1);
  auto theirs = cells_of(examples::stored_window(*f.x, other, start));
  CHECK(theirs.size() == 1);
  CHECK(theirs.count({start + 1, "d", "x"}) == 1);
}

TEST_CASE("one chart is read without the other groups", "[store][load]") {
  fixture f;
  window_table window{start, 60};
  window.claim(5, 1);
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i)
    ids.push_back(std::to_string(i));
  for (auto id : {"a", "b", "c"})
    set_slot(window.chart_for(make_chart(id, ids), 1).columns[3], 5, 9, false);
  examples::put_late(*f.x, f.host, window);
  f.commit();
  auto txn = f.x->environment()->read();
  CHECK(load_groups(*txn, f.host, start)->size() == 3);
  window_table part{start, 60};
  layout_cache layouts;
  REQUIRE_FALSE(load_window(*txn, layouts, f.host, "b", part));
  CHECK(part.charts().size() == 1);
  CHECK(cells_of(part).size() == 1);
}

TEST_CASE("a snapshot is not disturbed by commits", "[store][load]") {
  fixture f;
  examples::put_late(*f.x, f.host,
                     make_window(make_host(2), start, "c", 1, {{0, 1}}));
  f.commit();
  auto before = f.x->environment()->read();
  examples::put_late(*f.x, f.host,
                     make_window(make_host(2), start, "c", 1, {{1, 1}}));
  f.commit();
  window_table old{start, 60};
  layout_cache layouts;
  REQUIRE_FALSE(load_window(*before, layouts, f.host, {}, old));
  CHECK(cells_of(old).size() == 1);
  CHECK(cells_of(examples::stored_window(*f.x, f.host, start)).size() == 2);
}
