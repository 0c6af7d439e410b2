#include "store/packed_blocks.hpp"

#include <catch2/catch.hpp>

#include "tests/store/store_examples.hpp"

using namespace tributary;
using namespace tributary::examples;

namespace {

/// Groups of one window whose charts have `columns` columns each.
std::vector<sealed_group> some_groups(size_t charts, size_t columns) {
  std::vector<std::string> ids;
  for (size_t i = 0; i < columns; ++i)
    ids.push_back(std::to_string(i));
  window_table window{6000, 60};
  for (size_t slot = 0; slot < 60; ++slot)
    window.claim(slot, 1);
  uint64_t noise = 1;
  for (size_t i = 0; i < charts; ++i)
    for (auto& column :
         window.chart_for(make_chart("c" + std::to_string(i), ids), 1).columns)
      for (size_t slot = 0; slot < 60; ++slot)
        set_slot(column, slot,
                 static_cast<int64_t>(noise = noise * 6364136223846793005 + 1),
                 false);
  return seal_window(window, static_cast<uint16_t>(columns));
}

std::vector<std::string> blocks_of(const std::vector<packed_blocks>& packed) {
  std::vector<std::string> result;
  for (auto& x : packed)
    for (auto block : unpack_blocks(x.value))
      result.emplace_back(block);
  return result;
}

} // namespace

TEST_CASE("blocks of a window share values up to a bound", "[store]") {
  auto groups = some_groups(64, 16); // some 8 KiB each
  REQUIRE(groups.size() == 64);
  auto packed = pack_blocks(groups);
  CHECK(packed.size() <= 22);
  uint32_t next = 0;
  for (auto& x : packed) {
    CHECK(x.first_group == next);
    CHECK(x.value.size() <= packed_bytes_max);
    CHECK(x.value.size() % 8 == 0);
    next += static_cast<uint32_t>(unpack_blocks(x.value).size());
  }
  CHECK(next == groups.size());
  auto blocks = blocks_of(packed);
  REQUIRE(blocks.size() == groups.size());
  for (size_t i = 0; i < blocks.size(); ++i)
    CHECK(blocks[i] == groups[i].block);
}

TEST_CASE("a block beyond the bound has a value of its own", "[store]") {
  auto groups = some_groups(3, 200);
  REQUIRE(groups.size() == 3);
  groups[1].block = some_groups(1, 1000)[0].block;
  REQUIRE(groups[1].block.size() > packed_bytes_max);
  auto packed = pack_blocks(groups);
  REQUIRE(packed.size() == 3);
  CHECK(packed[1].first_group == 1);
  CHECK(blocks_of(packed)[1] == groups[1].block);
}

TEST_CASE("no blocks need no value", "[store]") {
  CHECK(pack_blocks({}).empty());
  CHECK(unpack_blocks({}).empty());
}

TEST_CASE("bytes that are no whole message come last", "[store]") {
  auto whole = some_groups(1, 2)[0].block;
  std::string garbage(24, '\xff');
  for (auto& tail :
       {garbage, whole.substr(0, whole.size() - 8), garbage.substr(0, 4)}) {
    auto value = whole + tail;
    auto blocks = unpack_blocks(value);
    REQUIRE(blocks.size() == 2);
    CHECK(blocks[0] == whole);
    CHECK(blocks[1] == tail);
    CHECK_FALSE(open_block_header(blocks[1]));
  }
}
