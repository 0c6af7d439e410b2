#include "store/column.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/random_seed.hpp"
#include "tests/store/column_examples.hpp"

using namespace tributary;
using examples::column_example;
using examples::random_column;

namespace {

/// A column and the sets that it names.
struct packed_column {
  std::string bytes;
  slot_sets sets;
};

bool read(const packed_column& from, const column_example& like,
          window_column& to) {
  // A copy of its own size, so that a sanitizer sees a step beyond its end.
  std::vector<uint8_t> copy{from.bytes.begin(), from.bytes.end()};
  static column_buffers buffers; // one for all, as nothing of it may stay
  return get_column(copy.data(), copy.data() + copy.size(), like.covered,
                    like.slots, from.sets, to, buffers);
}

bool has_bits(const std::vector<uint64_t>& words) {
  for (auto x : words)
    if (x != 0)
      return true;
  return false;
}

packed_column packed(const column_example& x) {
  packed_column result;
  column_buffers buffers;
  put_column(result.bytes, x.column, x.covered, result.sets, buffers);
  REQUIRE(result.bytes.size() <= column_bytes_max(x.slots));
  return result;
}

column_example full_column(std::vector<int64_t> values) {
  column_example x;
  x.slots = static_cast<uint16_t>(values.size());
  x.covered.assign(bitmap_words(x.slots), 0);
  for (size_t slot = 0; slot < x.slots; ++slot)
    set_bit(x.covered, slot);
  x.column.present = x.covered;
  x.column.values = std::move(values);
  return x;
}

} // namespace

TEST_CASE("columns come back to the bit", "[store][column][random]") {
  auto seed = random_seed("columns");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  window_column read_back; // one for all, as nothing of it may stay
  for (int round = 0; round < 1000; ++round) {
    auto x = random_column(engine);
    INFO("round " << round);
    REQUIRE(read(packed(x), x, read_back));
    REQUIRE(read_back.values == x.column.values);
    REQUIRE(read_back.present == x.column.present);
    if (has_bits(x.column.estimated))
      REQUIRE(read_back.estimated == x.column.estimated);
    else
      REQUIRE(read_back.estimated.empty());
  }
}

TEST_CASE("each kind of column takes what its form says", "[store][column]") {
  auto bytes = [](const column_example& x) {
    return packed(x).bytes.size();
  };
  CHECK(bytes(full_column(std::vector<int64_t>(600, 7))) == 2);
  CHECK(bytes(full_column(std::vector<int64_t>(600, 0))) == 2);
  std::vector<int64_t> line;
  for (int64_t i = 0; i < 600; ++i)
    line.push_back(1'000'000 + i);
  // flags, base, delta, width of residuals that are all 0, their bitmap
  CHECK(bytes(full_column(line)) == 1 + 3 + 1 + 1 + 75);
  std::vector<int64_t> step(600, 5);
  step.back() = 6;
  // flags, base, width, a bit each
  CHECK(bytes(full_column(step)) == 1 + 1 + 1 + 75);
  step.back() = 8;
  // flags, base, width, bitmap, one residual
  CHECK(bytes(full_column(step)) == 1 + 1 + 1 + 75 + 1);
  step.back() = 9;
  // flags, base, shift, width, a bit each: twos that are 4 apart
  CHECK(bytes(full_column(step)) == 1 + 1 + 1 + 1 + 75);
  std::mt19937_64 engine{3};
  std::vector<int64_t> even;
  for (int i = 0; i < 600; ++i)
    even.push_back(i == 0 ? 0 : static_cast<int64_t>(below(engine, 1024)));
  // ten bits each
  CHECK(bytes(full_column(even)) == 1 + 1 + 1 + 750);
  auto absent = full_column(std::vector<int64_t>(600, 0));
  absent.column.present.assign(absent.covered.size(), 0);
  CHECK(bytes(absent) == 2 + 1);
}

TEST_CASE("a column that was cut off is refused", "[store][column][random]") {
  auto seed = random_seed("cut columns");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 200; ++round) {
    auto x = random_column(engine);
    auto whole = packed(x);
    window_column to;
    for (size_t size = 0; size < whole.bytes.size();
         size += 1 + below(engine, 1 + whole.bytes.size() / 50))
      REQUIRE_FALSE(read({whole.bytes.substr(0, size), whole.sets}, x, to));
    REQUIRE_FALSE(read({whole.bytes + '\0', whole.sets}, x, to));
    REQUIRE(read(whole, x, to));
  }
}

TEST_CASE("a damaged column is refused or claims only covered slots",
          "[store][column][random]") {
  auto seed = random_seed("damaged columns");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 2000; ++round) {
    auto x = random_column(engine);
    auto damaged = packed(x);
    auto& bytes = damaged.bytes;
    for (auto n = 1 + below(engine, 3); n > 0; --n)
      bytes[below(engine,
                  below(engine, 2) == 0 ? 3 % bytes.size() + 1 : bytes.size())]
          = static_cast<char>(engine());
    window_column to;
    if (!read(damaged, x, to))
      continue;
    REQUIRE(to.values.size() == x.slots);
    REQUIRE(to.present.size() == x.covered.size());
    for (size_t w = 0; w < to.present.size(); ++w) {
      REQUIRE((to.present[w] & ~x.covered[w]) == 0);
      if (!to.estimated.empty())
        REQUIRE((to.estimated[w] & ~to.present[w]) == 0);
    }
  }
}

TEST_CASE("flags that nobody wrote are refused", "[store][column]") {
  auto x = full_column({1, 2, 3});
  auto damaged = packed(x);
  window_column to;
  REQUIRE(read(damaged, x, to));
  // Gaps and estimates name sets that are not there.
  for (unsigned flags : {4u, 8u, 64u, 65u, 128u, 1u | 48u}) {
    damaged.bytes[0] = static_cast<char>(flags);
    CHECK_FALSE(read(damaged, x, to));
  }
  CHECK_FALSE(read({}, x, to));
}

TEST_CASE("a set of slots comes back, in runs or as a bitmap",
          "[store][column][random]") {
  auto seed = random_seed("slot sets");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 500; ++round) {
    auto slots = 1 + below(engine, 700);
    std::vector<uint64_t> words(bitmap_words(slots), 0);
    auto rarely = 1 + below(engine, 100);
    auto bit = false;
    for (size_t slot = 0; slot < slots; ++slot) {
      bit = below(engine, rarely) == 0 ? !bit : bit;
      if (bit)
        set_bit(words, slot);
    }
    if (!has_slots(words))
      set_bit(words, below(engine, slots));
    std::string bytes;
    put_slots(bytes, words, slots);
    REQUIRE(bytes.size() <= (slots + 7) / 8 + 1);
    for (size_t size = 0; size <= bytes.size(); ++size) {
      std::vector<uint8_t> copy{bytes.begin(),
                                bytes.begin() + static_cast<long>(size)};
      const uint8_t* at = copy.data();
      std::vector<uint64_t> back;
      auto whole = size == bytes.size();
      REQUIRE(get_slots(at, copy.data() + size, slots, back) == whole);
      if (whole)
        REQUIRE(back == words);
    }
  }
}

TEST_CASE("a set beyond the slots is refused", "[store][column]") {
  std::vector<uint64_t> to;
  auto reads = [&](std::vector<int64_t> numbers) {
    std::string bytes;
    for (auto x : numbers)
      put_varint(bytes, x);
    auto at = reinterpret_cast<const uint8_t*>(bytes.data());
    return get_slots(at, at + bytes.size(), 60, to);
  };
  CHECK(reads({1, 0, 59}));
  CHECK_FALSE(reads({1, 0, 60}));
  CHECK_FALSE(reads({1, 60, 0}));
  CHECK_FALSE(reads({1, -1, 0}));
  CHECK_FALSE(reads({1, 1, INT64_MAX}));
  CHECK_FALSE(reads({61, 0, 0}));
  CHECK_FALSE(reads({-1}));
}
