#include <catch2/catch.hpp>

#include "tests/store/golden_file.hpp"
#include "tests/store/store_examples.hpp"

/// Blocks of a released version are read by each later one.

using namespace tributary;
using examples::cells_of;
using examples::golden;
using examples::to_hex;

namespace {

constexpr tick start = 1'700'000'400;
constexpr uint16_t slots = 60;

/// All transforms of version 1, gaps, estimates and two epochs. What is here
/// never changes.
window_table packed_window() {
  window_table result{start, slots};
  auto& chart
      = result.chart_for(examples::make_chart("system.cpu",
                                              {"constant", "offset", "delta",
                                               "extreme", "gaps", "absent"},
                                              algorithm::incremental),
                         8);
  for (size_t slot = 0; slot < slots; ++slot) {
    if (slot == 20 || slot == 21)
      continue;
    result.claim(slot, slot < 20 ? 7 : 8);
    auto x = static_cast<int64_t>(slot);
    set_slot(chart.columns[0], slot, -3, false);
    set_slot(chart.columns[1], slot, x % 7 == 0 ? 100 : 99, slot == 30);
    set_slot(chart.columns[2], slot, 1'000'000 + x * 5 + x % 3, false);
    set_slot(chart.columns[3], slot, x % 2 == 0 ? INT64_MAX : INT64_MIN, false);
    if (slot % 4 != 0)
      set_slot(chart.columns[4], slot, x * x, slot % 8 == 1);
  }
  return result;
}

/// So little that packing it makes it no smaller: its bytes do not depend on
/// the version of zstd.
window_table plain_window() {
  window_table result{start, slots};
  auto& chart = result.chart_for(examples::make_chart("c", {"x"}), 2);
  result.claim(59, 2);
  set_slot(chart.columns[0], 59, 1234567, false);
  return result;
}

/// All transforms and forms of version 2.
window_table form_window() {
  window_table result{start, slots};
  auto& chart = result.chart_for(
      examples::make_chart("disk.io", {"constant", "packed", "planes", "slope",
                                       "sparse", "steps", "walk"}),
      8);
  uint32_t noise = 1;
  for (size_t slot = 0; slot < slots; ++slot) {
    if (slot == 20 || slot == 21)
      continue;
    result.claim(slot, slot < 20 ? 7 : 8);
    noise = noise * 1'664'525 + 1'013'904'223;
    auto x = static_cast<int64_t>(slot);
    auto n = static_cast<int64_t>(noise >> 16);
    set_slot(chart.columns[0], slot, -3, false);
    set_slot(chart.columns[1], slot, n % 1000, slot == 30);
    set_slot(chart.columns[2], slot, n % 7 == 0 ? -n : n % 300, false);
    set_slot(chart.columns[3], slot, x * x * 1'000'000 + n % 3, false);
    if (slot % 11 != 0)
      set_slot(chart.columns[4], slot, slot % 13 == 0 ? INT64_MIN : 0, false);
    set_slot(chart.columns[5], slot, 4096 * (n % 5) - 3, false);
    set_slot(chart.columns[6], slot, INT64_MAX - x * 5 - n % 4, false);
  }
  return result;
}

/// So much noise that its payload is in parts.
window_table part_window() {
  window_table result{start, slots};
  std::vector<std::string> names;
  for (int i = 100; i < 152; ++i)
    names.push_back(std::to_string(i));
  auto& chart = result.chart_for(examples::make_chart("wide", names), 8);
  uint64_t noise = 1;
  for (size_t slot = 0; slot < slots; ++slot) {
    result.claim(slot, 8);
    for (auto& column : chart.columns) {
      noise = noise * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
      set_slot(column, slot, static_cast<int64_t>(noise ^ noise >> 32), false);
    }
  }
  return result;
}

void check_reads(const std::string& name, const window_table& expected) {
  auto groups = seal_window(expected, 128);
  REQUIRE(groups.size() == 1);
  auto layout_bytes = golden(name + "_layout", groups[0].layout);
  auto columns_of = open_layout(layout_bytes);
  REQUIRE(columns_of);
  auto block = golden(name, groups[0].block);
  auto header = open_block_header(block);
  REQUIRE(header);
  CHECK(header->layout_hash
        == hash_of(layout_bytes.data(), layout_bytes.size()));
  window_table read{start, slots};
  auto error = open_block(block, *columns_of, read);
  INFO(to_text(error));
  REQUIRE_FALSE(error);
  CHECK(read.epochs() == expected.epochs());
  CHECK(examples::describe(cells_of(read))
        == examples::describe(cells_of(expected)));
}

} // namespace

TEST_CASE("blocks of version 1 are read to their values",
          "[store][block][golden]") {
  check_reads("block_v1/packed", packed_window());
  check_reads("block_v1/plain", plain_window());
}

TEST_CASE("blocks of version 2 are read to their values",
          "[store][block][golden]") {
  check_reads("block_v2/packed", packed_window());
  check_reads("block_v2/forms", form_window());
  check_reads("block_v2/plain", plain_window());
  check_reads("block_v2/parts", part_window());
}

TEST_CASE("a block of version 1 is sealed again as one of version 2",
          "[store][block][golden]") {
  auto columns_of = open_layout(golden("block_v1/packed_layout", {}));
  REQUIRE(columns_of);
  window_table read{start, slots};
  REQUIRE_FALSE(open_block(golden("block_v1/packed", {}), *columns_of, read));
  auto again = seal_window(read, 16).at(0);
  CHECK(again.block == seal_window(packed_window(), 16).at(0).block);
}

TEST_CASE("blocks are sealed to the bytes of version 2",
          "[store][block][golden]") {
  auto plain = seal_window(plain_window(), 16)[0];
  CHECK(to_hex(plain.block) == to_hex(golden("block_v2/plain", plain.block)));
  auto packed = seal_window(packed_window(), 16)[0];
  CHECK(to_hex(packed.layout)
        == to_hex(golden("block_v2/packed_layout", packed.layout)));
}
