#include "store/block.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;
using examples::make_chart;

namespace {

constexpr tick start = 1'700'000'400;

/// Two charts with a gap in the middle; the second begins late.
window_table two_charts(uint16_t slots, std::mt19937_64& engine) {
  window_table result{start, slots};
  auto& a = result.chart_for(make_chart("a", {"x", "y"}), 2);
  auto& b = result.chart_for(make_chart("b", {"z"}), 2);
  for (size_t slot = 0; slot < slots; ++slot) {
    if (slot == slots / 2u || !result.claim(slot, slot < slots / 3u ? 1 : 2))
      continue;
    set_slot(a.columns[0], slot, static_cast<int64_t>(engine()), slot == 3);
    set_slot(a.columns[1], slot, 7, false);
    if (slot > 10)
      set_slot(b.columns[0], slot, static_cast<int64_t>(below(engine, 900)),
               false);
  }
  return result;
}

void check_equal(const window_column& x, const window_column& y) {
  CHECK(x.values == y.values);
  CHECK(x.present == y.present);
  CHECK(has_slots(x.estimated) == has_slots(y.estimated));
  if (has_slots(x.estimated))
    CHECK(x.estimated == y.estimated);
}

} // namespace

TEST_CASE("a reader gives each column of one block after the other",
          "[store][block][random]") {
  auto seed = random_seed("block reader");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  block_reader reader;
  payload_cache cache{1u << 20};
  window_column column; // one for all, as nothing of it may stay
  for (int round = 0; round < 20; ++round) {
    auto window
        = two_charts(static_cast<uint16_t>(60 + below(engine, 600)), engine);
    auto& a = window.charts().find("a")->second.columns;
    auto& b = window.charts().find("b")->second.columns;
    auto group = seal_window(window, 16)[0];
    REQUIRE_FALSE(reader.open(group.block, round % 3 == 0 ? &cache : nullptr));
    // It is all in the reader now.
    group.block.assign(group.block.size(), '\0');
    CHECK(reader.header().start == start);
    CHECK(reader.header().slots == window.slots());
    CHECK(reader.header().columns == 3);
    CHECK(reader.header().runs == window.coverage_runs());
    CHECK(reader.covered() == covered_slots(window));
    // Not in their order, and one twice.
    for (size_t index : {2u, 0u, 1u, 0u}) {
      REQUIRE(reader.read(index, column));
      check_equal(column, index == 2 ? b[0] : a[index]);
    }
    CHECK_FALSE(reader.read(3, column));
  }
}

TEST_CASE("a reader that refused a block has no columns", "[store][block]") {
  std::mt19937_64 engine{1};
  auto group = seal_window(two_charts(60, engine), 16)[0];
  block_reader reader;
  window_column column;
  CHECK_FALSE(reader.read(0, column));
  REQUIRE_FALSE(reader.open(group.block));
  REQUIRE(reader.read(0, column));
  auto damaged = group.block;
  damaged[damaged.size() - 9]
      = static_cast<char>(damaged[damaged.size() - 9] + 1);
  CHECK(code_of(reader.open(damaged)) == ec::corrupt);
  CHECK(reader.header().columns == 0);
  CHECK_FALSE(reader.read(0, column));
  CHECK(code_of(reader.open({})) == ec::corrupt);
  REQUIRE_FALSE(reader.open(group.block));
  CHECK(reader.read(0, column));
}
