#include "actors/collect/cpu_table.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace tributary;

TEST_CASE("a narrow counter is widened", "[collect]") {
  narrow_counter x;
  CHECK(x.step(4'294'967'290) == 4'294'967'290);
  CHECK(x.step(4'294'967'295) == 5);
  CHECK(x.step(4) == 5);
  CHECK(x.step(4) == 0);
}

TEST_CASE("a narrow counter that was reset adds nothing", "[collect]") {
  narrow_counter x;
  CHECK(x.step(1000) == 1000);
  CHECK(x.step(10) == 0);
  CHECK(x.step(15) == 5);
  // Wider than it should be, so it can't have wrapped.
  CHECK(x.step(int64_t{1} << 40) == (int64_t{1} << 40) - 15);
  CHECK(x.step(1) == 0);
}

TEST_CASE("columns add up over CPUs through a wrap of one", "[collect]") {
  cpu_table table;
  REQUIRE(table.note("fffffff0 1", 2));
  REQUIRE(table.note("00000005 2", 2));
  CHECK(table.line_count() == 2);
  CHECK(table.total(0) == 0xfffffff0ll + 5);
  table.begin_round();
  REQUIRE(table.note("00000010 1", 2));
  REQUIRE(table.note("00000006 2", 2));
  CHECK(table.total(0) == 0xfffffff0ll + 5 + 32 + 1);
  CHECK(table.total(0, 0) == 0xfffffff0ll + 32);
  CHECK(table.total(1, 1) == 2);
  CHECK(table.latest(1) == 2);
}

TEST_CASE("lines that are no numbers or too few are not taken", "[collect]") {
  cpu_table table;
  for (auto line : {"", "1", "x 1", "1 2 x", "-1 2", "1 0x2"})
    CHECK_FALSE(table.note(line, 2));
  std::string long_line;
  for (size_t i = 0; i <= cpu_table::column_count_max; ++i)
    long_line += "1 ";
  CHECK_FALSE(table.note(long_line, 2));
  CHECK(table.line_count() == 0);
  CHECK(table.total(0) == 0);
  CHECK(table.total(7, 7) == 0);
  CHECK(table.latest(99) == 0);
}

TEST_CASE("lines beyond the bound are not taken", "[collect]") {
  cpu_table table;
  for (size_t i = 0; i < cpu_table::line_count_max; ++i)
    REQUIRE(table.note("1", 1));
  CHECK_FALSE(table.note("1", 1));
}
