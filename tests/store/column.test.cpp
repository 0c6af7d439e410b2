#include "store/column.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/random_seed.hpp"

using namespace tributary;

namespace {

struct example {
  window_column column;
  std::vector<uint64_t> covered;
  uint16_t slots = 0;
};

/// Values that a column may hold, each of a way to pack them.
int64_t next_value(std::mt19937_64& engine, uint64_t kind, int64_t before) {
  switch (kind) {
  case 0: // constant
    return 42;
  case 1: // increments of a counter
    return static_cast<int64_t>(below(engine, 1000));
  case 2: // walk
    return static_cast<int64_t>(static_cast<uint64_t>(before)
                                + below(engine, 201) - 100);
  case 3: // extremes
    return below(engine, 2) == 0 ? INT64_MAX : INT64_MIN;
  case 4: // mostly zero
    return below(engine, 20) == 0 ? -7 : 0;
  default:
    return static_cast<int64_t>(engine());
  }
}

example random_column(std::mt19937_64& engine) {
  example x;
  x.slots = static_cast<uint16_t>(1 + below(engine, 700));
  auto words = bitmap_words(x.slots);
  x.covered.assign(words, 0);
  x.column.values.assign(x.slots, 0);
  x.column.present.assign(words, 0);
  auto kind = below(engine, 6);
  auto uncovered = below(engine, 3); // none, few, half
  auto gaps = below(engine, 4);      // none, few, half, all
  auto estimates = below(engine, 3) == 0;
  if (estimates)
    x.column.estimated.assign(words, 0);
  int64_t value = static_cast<int64_t>(engine());
  for (size_t slot = 0; slot < x.slots; ++slot) {
    if (uncovered != 0 && below(engine, uncovered == 1 ? 30 : 2) == 0)
      continue;
    set_bit(x.covered, slot);
    if (gaps == 3 || (gaps != 0 && below(engine, gaps == 1 ? 30 : 2) == 0))
      continue;
    set_bit(x.column.present, slot);
    x.column.values[slot] = value = next_value(engine, kind, value);
    if (estimates && below(engine, 10) == 0)
      set_bit(x.column.estimated, slot);
  }
  return x;
}

bool read(const std::string& bytes, const example& like, window_column& to) {
  // A copy of its own size, so that a sanitizer sees a step beyond its end.
  std::vector<uint8_t> copy{bytes.begin(), bytes.end()};
  return get_column(copy.data(), copy.data() + copy.size(), like.covered,
                    like.slots, to);
}

bool has_bits(const std::vector<uint64_t>& words) {
  for (auto x : words)
    if (x != 0)
      return true;
  return false;
}

std::string packed(const example& x) {
  std::string result;
  put_column(result, x.column, x.covered, x.slots);
  return result;
}

example full_column(std::vector<int64_t> values) {
  example x;
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
  CHECK(packed(full_column(std::vector<int64_t>(600, 7))).size() == 2);
  CHECK(packed(full_column(std::vector<int64_t>(600, 0))).size() == 2);
  // flags, base, bitmap of non-zero residuals, one byte each of 599
  std::vector<int64_t> line;
  for (int64_t i = 0; i < 600; ++i)
    line.push_back(1'000'000 + i);
  CHECK(packed(full_column(line)).size() == 1 + 3 + 75 + 599);
  // no residual where nothing changes
  std::vector<int64_t> step(600, 5);
  step.back() = 6;
  CHECK(packed(full_column(step)).size() == 1 + 1 + 75 + 1);
  auto absent = full_column(std::vector<int64_t>(600, 0));
  absent.column.present.assign(absent.covered.size(), 0);
  CHECK(packed(absent).size() == 2 + 75);
}

TEST_CASE("a column that was cut off is refused", "[store][column][random]") {
  auto seed = random_seed("cut columns");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 200; ++round) {
    auto x = random_column(engine);
    auto bytes = packed(x);
    window_column to;
    for (size_t size = 0; size < bytes.size();
         size += 1 + below(engine, 1 + bytes.size() / 50))
      REQUIRE_FALSE(read(bytes.substr(0, size), x, to));
  }
}

TEST_CASE("a damaged column is refused or claims only covered slots",
          "[store][column][random]") {
  auto seed = random_seed("damaged columns");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  for (int round = 0; round < 2000; ++round) {
    auto x = random_column(engine);
    auto bytes = packed(x);
    for (auto n = 1 + below(engine, 3); n > 0; --n)
      bytes[below(engine,
                  below(engine, 2) == 0 ? 3 % bytes.size() + 1 : bytes.size())]
          = static_cast<char>(engine());
    window_column to;
    if (!read(bytes, x, to))
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
  auto bytes = packed(x);
  window_column to;
  for (unsigned flags : {3u, 16u, 128u}) {
    bytes[0] = static_cast<char>(flags);
    CHECK_FALSE(read(bytes, x, to));
  }
  CHECK_FALSE(read("", x, to));
}
