#include "store/block_payload.hpp"

#include <cstring>

#include <catch2/catch.hpp>
#include <xxhash.h>

#include "store/block_reader.hpp"
#include "tests/schema/random_seed.hpp"
#include "tests/store/store_examples.hpp"

using namespace tributary;

namespace {

constexpr tick start = 1'700'000'400;

/// Noise in which zstd finds little.
std::string random_bytes(std::mt19937_64& engine, size_t size) {
  std::string result(size, '\0');
  for (auto& x : result)
    x = static_cast<char>(below(engine, 250));
  return result;
}

std::vector<uint32_t> random_ends(std::mt19937_64& engine, size_t size) {
  std::vector<uint32_t> result;
  for (size_t end = 0; end < size;) {
    end = std::min(size, end + 1 + below(engine, 2000));
    result.push_back(static_cast<uint32_t>(end));
  }
  return result;
}

/// As if it had been packed so: what is wrong in it is not its checksum.
packed_payload with_checksum(std::string_view bytes, uint32_t raw_bytes) {
  packed_payload result;
  result.codec = codec_parts;
  result.raw_bytes = raw_bytes;
  result.bytes = bytes;
  result.checksum = static_cast<uint32_t>(XXH3_64bits_withSeed(
      bytes.data(), bytes.size(), static_cast<uint64_t>(start)));
  return result;
}

std::string directory(std::initializer_list<uint32_t> words,
                      const std::string& rest) {
  std::string result(words.size() * 4, '\0');
  memcpy(result.data(), words.begin(), result.size());
  return result + rest;
}

/// Charts of one column each, of noise that fills four bytes a slot.
window_table wide_window(size_t charts, std::mt19937_64& engine) {
  window_table result{start, 600};
  for (size_t i = 0; i < charts; ++i) {
    auto id = "chart." + std::to_string(100 + i);
    auto& chart = result.chart_for(examples::make_chart(id, {"x"}), 1);
    for (size_t slot = 0; slot < 600; ++slot) {
      result.claim(slot, 1);
      set_slot(chart.columns[0], slot, static_cast<int64_t>(engine() >> 33),
               false);
    }
  }
  return result;
}

} // namespace

TEST_CASE("a payload in parts is what it was", "[store][block][random]") {
  auto seed = random_seed("block payload");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  std::string buffer;
  for (auto size : {size_t{1}, 2 * part_raw_bytes - 1, 2 * part_raw_bytes,
                    5 * part_raw_bytes + 77}) {
    auto raw = random_bytes(engine, size);
    auto packed = pack_parts(raw, random_ends(engine, size), start, buffer);
    auto parts = parts_of(packed, start);
    REQUIRE(parts);
    CHECK(parts->size()
          == (size < 2 * part_raw_bytes ? 1 : size / part_raw_bytes));
    std::string all;
    for (auto& x : *parts) {
      CHECK(x.raw_begin == all.size());
      CHECK(x.raw_bytes < 2 * part_raw_bytes);
      std::string part(x.raw_bytes, '\0');
      REQUIRE_FALSE(unpack_part(x, part.data()));
      all += part;
    }
    CHECK(all == raw);
    std::string whole;
    REQUIRE_FALSE(unpack_payload(packed, start, whole));
    CHECK(whole == raw);
    CHECK(code_of(unpack_payload(packed, start + 1, whole)) == ec::corrupt);
  }
}

TEST_CASE("what packs well is packed as a whole", "[store][block]") {
  std::mt19937_64 engine{4};
  auto part = random_bytes(engine, part_raw_bytes);
  std::string buffer;
  auto end = static_cast<uint32_t>(part_raw_bytes);
  auto packed
      = pack_parts(part + part + part, {end, 2 * end, 3 * end}, start, buffer);
  CHECK(packed.codec == codec_zstd);
  CHECK(packed.bytes.size() < 2 * part_raw_bytes);
}

TEST_CASE("parts that do not add up are refused", "[store][block]") {
  auto part = std::string(8, 'x');
  CHECK(parts_of(with_checksum(directory({1, 8, 8}, part), 8), start));
  CHECK(parts_of(with_checksum(directory({2, 3, 3, 5, 5}, part), 8), start));
  auto refuses = [&](const std::string& bytes, uint32_t raw_bytes) {
    INFO(bytes.size());
    auto parts = parts_of(with_checksum(bytes, raw_bytes), start);
    CHECK_FALSE(parts);
  };
  refuses("", 0);
  refuses("abc", 8);
  refuses(directory({0}, ""), 0);
  refuses(directory({1}, ""), 8);                      // no place
  refuses(directory({0xffffffff, 8, 8}, part), 8);     // nor that many
  refuses(directory({1, 8, 9}, part + "y"), 8);        // packed is longer
  refuses(directory({1, 9, 8}, part), 8);              // more than all
  refuses(directory({1, 8, 8}, part), 9);              // less than all
  refuses(directory({1, 8, 8}, part + "y"), 8);        // bytes behind the end
  refuses(directory({1, 8, 8}, part.substr(1)), 8);    // bytes are missing
  refuses(directory({2, 8, 8, 0, 0}, part), 8);        // an empty part
  refuses(directory({1, 8, 8}, part), (8u << 20) + 1); // out of bounds
  std::string to(20, '\0');
  auto parts = parts_of(with_checksum(directory({1, 20, 8}, part), 20), start);
  REQUIRE(parts);
  CHECK(code_of(unpack_part(parts->front(), to.data())) == ec::corrupt);
}

TEST_CASE("one chart of a large block costs one part of it", "[store][block]") {
  std::mt19937_64 engine{5};
  auto window = wide_window(40, engine);
  auto group = seal_window(window, 128).at(0);
  auto columns_of = open_layout(group.layout);
  REQUIRE(columns_of);
  size_t whole = 40 * 600 * 4;
  for (size_t i = 0; i < 40; ++i) {
    auto& id = columns_of->charts[i]->id;
    payload_cache cache{1u << 20};
    window_table read{start, 600};
    REQUIRE_FALSE(open_block(group.block, *columns_of, read, id, &cache));
    // That of the directory and that of the column.
    CHECK(cache.bytes() < whole / 3);
    window_table plain{start, 600};
    REQUIRE_FALSE(open_block(group.block, *columns_of, plain, id));
    auto& expected = window.charts().find(id)->second.columns[0].values;
    REQUIRE(read.charts().size() == 1);
    CHECK(read.charts().begin()->second.columns[0].values == expected);
    CHECK(plain.charts().begin()->second.columns[0].values == expected);
  }
}

TEST_CASE("of a large block any columns are read alone", "[store][block]") {
  std::mt19937_64 engine{6};
  auto window = wide_window(40, engine);
  auto group = seal_window(window, 128).at(0);
  block_reader reader;
  window_column column;
  auto value_of = [&](size_t i) {
    return window.charts()
        .find("chart." + std::to_string(100 + i))
        ->second.columns[0]
        .values;
  };
  for (size_t begin = 0; begin < 40; begin += 3)
    for (size_t end = begin; end < 44; end += 5) {
      REQUIRE_FALSE(reader.open(group.block, nullptr, {begin, end}));
      for (size_t i = begin; i < end && i < 40; ++i) {
        REQUIRE(reader.read(i, column));
        CHECK(column.values == value_of(i));
      }
    }
  // One that was not asked for may be there or not, but is never another.
  REQUIRE_FALSE(reader.open(group.block, nullptr, {0, 1}));
  size_t absent = 0;
  for (size_t i = 0; i < 40; ++i)
    if (!reader.read(i, column))
      ++absent;
    else
      CHECK(column.values == value_of(i));
  CHECK(absent > 20);
}
