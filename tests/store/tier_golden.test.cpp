#include <catch2/catch.hpp>

#include "schema/real.hpp"
#include "store/checked_record.hpp"
#include "store/packed_blocks.hpp"
#include "store/tier_block.hpp"
#include "tests/store/golden_file.hpp"
#include "tests/store/tier_examples.hpp"

/// Blocks of points of a released version are read by each later one. Version 1
/// had no checksum behind them.

using namespace tributary;
using examples::cells_of;
using examples::golden;
using examples::to_hex;

namespace {

constexpr tick start = 1'700'000'400;
constexpr uint32_t step = 60;

void put(tier_column& to, size_t at, examples::tier_cell x) {
  to.min[at] = x.min;
  to.max[at] = x.max;
  to.sum[at] = x.sum;
  to.count[at] = x.count;
}

/// Two lives, gaps, extremes and reals. What is here never changes.
tier_table packed_points() {
  tier_table result{start, step, 90};
  for (size_t i = 0; i < result.points(); ++i)
    result.epochs[i] = i == 40 || i == 41 ? 0 : i < 40 ? 7 : 8;
  auto& slow = result.chart_for(
      examples::make_chart("system.cpu", {"same", "walk", "wide", "gaps"}), 8);
  auto& real = result.chart_for(
      examples::make_chart("system.load", {"one"}, algorithm::real), 8);
  for (size_t i = 0; i < result.points(); ++i) {
    if (result.epochs[i] == 0)
      continue;
    auto x = static_cast<int64_t>(i);
    put(slow.columns[0], i, {-3, -3, -180, 60});
    put(slow.columns[1], i, {x * 5, x * 5 + x % 7, x * 300, 60 - x % 3});
    put(slow.columns[2], i, {INT64_MIN, INT64_MAX, x - 45, 2});
    if (i % 4 != 0)
      put(slow.columns[3], i, {x, x * x, x * x * 2, 7});
    auto bits = ordered_bits(0.25 * static_cast<double>(i));
    put(real.columns[0], i, {bits, bits, bits, 1});
  }
  return result;
}

/// So little that packing it makes it no smaller: its bytes do not depend on
/// the version of zstd.
tier_table plain_points() {
  tier_table result{start, step, 10};
  result.epochs[9] = 2;
  put(result.chart_for(examples::make_chart("c", {"x"}), 2).columns[0], 9,
      {1234, 5678, 99'999, 60});
  return result;
}

sealed_group sealed(const tier_table& points) {
  layout_names names;
  auto groups = seal_tier(points, 64, names);
  REQUIRE(groups.size() == 1);
  return groups[0];
}

std::string without_checksum(const std::string& block) {
  return block.substr(0, message_bytes(block));
}

void check_reads(const std::string& name, const tier_table& expected,
                 bool is_checked) {
  auto group = sealed(expected);
  auto today = is_checked ? group.block : without_checksum(group.block);
  auto layout_bytes = golden(name + "_layout", group.layout);
  auto columns_of = open_layout(layout_bytes);
  REQUIRE(columns_of);
  auto block = golden(name, today);
  CHECK((message_bytes(block) != block.size()) == is_checked);
  auto header = open_tier_header(block);
  REQUIRE(header);
  CHECK(header->layout_hash
        == hash_of(layout_bytes.data(), layout_bytes.size()));
  tier_table read{start, step, expected.points()};
  auto error = open_tier_block(block, *columns_of, {}, read);
  INFO(to_text(error));
  REQUIRE_FALSE(error);
  CHECK(read.epochs == expected.epochs);
  CHECK(examples::difference(cells_of(read), cells_of(expected)) == "");
}

} // namespace

TEST_CASE("points of version 1 are read to their values",
          "[store][tier][golden]") {
  check_reads("tier_v1/packed", packed_points(), false);
  check_reads("tier_v1/plain", plain_points(), false);
}

TEST_CASE("points of version 2 are read to their values",
          "[store][tier][golden]") {
  check_reads("tier_v2/packed", packed_points(), true);
  check_reads("tier_v2/plain", plain_points(), true);
}

TEST_CASE("points are sealed to the bytes of version 2",
          "[store][tier][golden]") {
  auto plain = sealed(plain_points());
  CHECK(to_hex(plain.block) == to_hex(golden("tier_v2/plain", plain.block)));
  auto packed = sealed(packed_points());
  CHECK(to_hex(packed.layout)
        == to_hex(golden("tier_v2/packed_layout", packed.layout)));
}
