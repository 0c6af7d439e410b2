#include "store/transpose.hpp"

#include <algorithm>

namespace tributary {

namespace {

/// Rows at a time: the bits of one column are then a word.
constexpr size_t tile = 64;

/// Bit c of word r becomes bit r of word c.
void transpose_bits(uint64_t (&words)[tile]) {
  auto mask = ~uint64_t{0} >> 32;
  for (size_t width = 32; width != 0; width /= 2, mask ^= mask << width)
    for (size_t i = 0; i < tile; i = ((i | width) + 1) & ~width) {
      auto swapped = (words[i] >> width ^ words[i | width]) & mask;
      words[i] ^= swapped << width;
      words[i | width] ^= swapped;
    }
}

/// Sets up to 64 bits from slot `first`; those that are beyond are 0.
void put_word(std::vector<uint64_t>& to, size_t first, uint64_t bits) {
  auto shift = first % 64;
  to[first / 64] |= bits << shift;
  if (shift != 0 && bits >> (64 - shift) != 0)
    to[first / 64 + 1] |= bits >> (64 - shift);
}

void add_values(const row_tile& from, size_t first,
                const std::vector<window_column*>& targets) {
  for (size_t c = 0; c < from.columns; ++c) {
    if (targets[c] == nullptr)
      continue;
    auto to = targets[c]->values.data() + first;
    for (size_t r = 0; r < from.rows; ++r)
      to[r] = from.values[r * from.columns + c];
  }
}

void add_presence(const row_tile& from, size_t first,
                  const std::vector<window_column*>& targets) {
  auto row_words = bitmap_words(from.columns);
  for (size_t w = 0; w < row_words; ++w) {
    auto begin = targets.begin() + static_cast<long>(w * 64);
    auto count = std::min(tile, from.columns - w * 64);
    if (std::all_of(begin, begin + static_cast<long>(count),
                    [](auto x) { return x == nullptr; }))
      continue; // one chart of many is wanted
    uint64_t words[tile] = {};
    for (size_t r = 0; r < from.rows; ++r)
      words[r] = from.present[r * row_words + w];
    transpose_bits(words);
    for (size_t c = 0; c < count; ++c)
      if (auto target = targets[w * 64 + c])
        put_word(target->present, first, words[c]);
  }
}

} // namespace

bool are_free(const std::vector<window_column*>& targets, size_t first,
              size_t count) {
  auto is_free = [&](const window_column* x) {
    for (auto w = first / 64; x != nullptr && w * 64 < first + count; ++w) {
      auto word = x->present[w];
      if (w == first / 64)
        word &= ~uint64_t{0} << (first % 64);
      if (w == (first + count - 1) / 64)
        word &= ~uint64_t{0} >> (63 - (first + count - 1) % 64);
      if (word != 0)
        return false;
    }
    return true;
  };
  return std::all_of(targets.begin(), targets.end(), is_free);
}

void add_rows(const row_tile& from, size_t first,
              const std::vector<window_column*>& targets) {
  for (size_t r = 0; r < from.rows; r += tile) {
    auto part = from;
    part.values += r * from.columns;
    part.present += r * bitmap_words(from.columns);
    part.rows = std::min(tile, from.rows - r);
    add_values(part, first + r, targets);
    add_presence(part, first + r, targets);
  }
}

} // namespace tributary
