#include "store/column_v1.hpp"

#include <catch2/catch.hpp>

#include "tests/schema/random_seed.hpp"
#include "tests/store/column_examples.hpp"

using namespace tributary;
using examples::column_example;
using examples::random_column;

namespace {

int64_t minus(int64_t x, int64_t y) {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              - static_cast<uint64_t>(y));
}

void put_bits(std::string& out, const std::vector<uint64_t>& words,
              size_t bits) {
  out.append(reinterpret_cast<const char*>(words.data()), (bits + 7) / 8);
}

/// Residuals of offsets or deltas as version 1 wrote them.
void put_residuals(std::string& out, const std::vector<int64_t>& values,
                   bool deltas) {
  std::vector<uint64_t> non_zero(bitmap_words(values.size()), 0);
  std::string residuals;
  for (size_t i = 1; i < values.size(); ++i) {
    auto residual = minus(values[i], values[deltas ? i - 1 : 0]);
    if (residual == 0)
      continue;
    set_bit(non_zero, i);
    put_varint(residuals, residual);
  }
  put_bits(out, non_zero, values.size());
  out += residuals;
}

/// What version 1 sealed; it chose offsets or deltas, here both are tried.
std::string packed_v1(const column_example& x, bool deltas) {
  std::vector<int64_t> values;
  for (size_t slot = 0; slot < x.slots; ++slot)
    if (bit_at(x.column.present, slot))
      values.push_back(x.column.values[slot]);
  auto constant = true;
  for (auto value : values)
    constant = constant && value == values[0];
  auto has_gaps = x.column.present != x.covered;
  auto has_estimates = has_slots(x.column.estimated);
  std::string result;
  result += static_cast<char>((constant ? 0
                               : deltas ? 2
                                        : 1)
                              | (has_gaps ? 4 : 0) | (has_estimates ? 8 : 0));
  put_varint(result, values.empty() ? 0 : values[0]);
  if (has_gaps)
    put_bits(result, x.column.present, x.slots);
  if (has_estimates)
    put_bits(result, x.column.estimated, x.slots);
  if (!constant)
    put_residuals(result, values, deltas);
  return result;
}

bool read(const std::string& bytes, const column_example& like,
          window_column& to) {
  // A copy of its own size, so that a sanitizer sees a step beyond its end.
  std::vector<uint8_t> copy{bytes.begin(), bytes.end()};
  return get_column_v1(copy.data(), copy.data() + copy.size(), like.covered,
                       like.slots, to);
}

} // namespace

TEST_CASE("columns of version 1 are still read to the bit",
          "[store][column][random]") {
  auto seed = random_seed("columns of version 1");
  INFO("TRIBUTARY_SEED=" << seed);
  std::mt19937_64 engine{seed};
  window_column to; // one for all, as nothing of it may stay
  for (int round = 0; round < 1000; ++round) {
    auto x = random_column(engine);
    INFO("round " << round);
    auto bytes = packed_v1(x, below(engine, 2) == 0);
    REQUIRE(read(bytes, x, to));
    REQUIRE(to.values == x.column.values);
    REQUIRE(to.present == x.column.present);
    if (has_slots(x.column.estimated))
      REQUIRE(to.estimated == x.column.estimated);
    else
      REQUIRE(to.estimated.empty());
    // The next column stands behind it.
    REQUIRE(read(bytes + '\x7f', x, to));
    REQUIRE(to.values == x.column.values);
    REQUIRE_FALSE(read(bytes.substr(0, below(engine, bytes.size())), x, to));
  }
}

TEST_CASE("flags that version 1 did not have are refused", "[store][column]") {
  std::mt19937_64 engine{1};
  auto x = random_column(engine);
  auto bytes = packed_v1(x, false);
  window_column to;
  REQUIRE(read(bytes, x, to));
  for (unsigned flag : {16u, 32u, 64u, 128u, 3u}) {
    auto damaged = bytes;
    damaged[0] = static_cast<char>(static_cast<unsigned char>(bytes[0]) | flag);
    CHECK_FALSE(read(damaged, x, to));
  }
}
