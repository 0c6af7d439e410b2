#pragma once

/// The codes of a frame payload of version 2: sets of 64 columns, and numbers
/// whose length is foretold by a width that both sides learn.

#include <algorithm>
#include <cstdint>

#include "schema/bit_stream.hpp"

namespace tributary {

/// Width of a column that nothing is known of.
constexpr uint8_t width_unknown = 255;

/// Quotients from here on are written out.
constexpr unsigned quotient_bound = 12;

/// Bit b tells whether byte b of `word` is not 0.
inline uint64_t used_bytes(uint64_t word) noexcept {
  word |= word >> 4;
  word |= word >> 2;
  word |= word >> 1;
  return (word & 0x0101010101010101u) * 0x0102040810204080u >> 56;
}

[[gnu::always_inline]] inline void put_set(bit_writer& out, uint64_t word) {
  if (word == 0)
    return out.put(0, 1);
  auto used = used_bytes(word);
  out.put(1 | used << 1, 9);
  for (; used != 0; used &= used - 1)
    out.put(word >> 8 * __builtin_ctzll(used) & 255, 8);
}

/// A set that its writer would have put so; false where it would not.
[[gnu::always_inline]] inline bool get_set(bit_reader& in, uint64_t& word) {
  word = 0;
  if (in.take(1) == 0)
    return true;
  auto used = in.take(8);
  auto is_good = used != 0;
  for (; used != 0; used &= used - 1) {
    auto byte = in.take(8);
    is_good &= byte != 0;
    word |= byte << 8 * __builtin_ctzll(used);
  }
  return is_good;
}

/// `x` is at least 1.
[[gnu::always_inline]] inline void put_number(bit_writer& out, uint64_t x) {
  auto below = bit_length(x) - 1;
  out.put(below, 6);
  out.put_wide(x ^ uint64_t{1} << below, below);
}

[[gnu::always_inline]] inline uint64_t get_number(bit_reader& in) {
  auto below = static_cast<unsigned>(in.take(6));
  return in.take_wide(below) | uint64_t{1} << below;
}

/// What `x` alone would make of a width: four for each doubling above 1.
inline uint8_t width_of(uint64_t x) noexcept {
  return static_cast<uint8_t>(4 * (63 - __builtin_clzll(x | 1)));
}

inline uint8_t next_width(uint8_t width, uint64_t x) noexcept {
  auto wanted = static_cast<int>(width_of(x));
  return static_cast<uint8_t>(width + ((wanted - width + 1) >> 2));
}

/// So many bits of a value of that width are not in its quotient.
inline unsigned low_count(uint8_t width) noexcept {
  return (width + 3u) / 4;
}

/// Puts `x`, of a column of that width, and returns the next one. Where `x` is
/// known to be at least `least`, 0 or 1, one less is written. Where nothing is
/// known of the column, `x` is at least 1.
[[gnu::always_inline]] inline uint8_t put_value(bit_writer& out, uint64_t x,
                                                unsigned least, uint8_t width) {
  if (width == width_unknown) {
    put_number(out, x);
    return width_of(x);
  }
  x -= least;
  auto low = low_count(width);
  auto quotient = x >> low;
  if (quotient >= quotient_bound) {
    out.put(0, quotient_bound);
    put_number(out, x);
    return width_of(x);
  }
  auto length = static_cast<unsigned>(quotient) + 1;
  if (low + length <= 56) {
    out.put((1 | (x & low_bits(low)) << 1) << quotient, low + length);
  } else {
    out.put(uint64_t{1} << quotient, length);
    out.put_wide(x & low_bits(low), low);
  }
  return next_width(width, x);
}

/// Reads it back; false where it would have been put otherwise.
[[gnu::always_inline]] inline bool get_value(bit_reader& in, uint64_t& x,
                                             unsigned least, uint8_t& width) {
  if (__builtin_expect(width == width_unknown, 0)) {
    x = get_number(in);
    width = width_of(x);
    return true;
  }
  auto low = low_count(width);
  auto next = in.peek();
  auto quotient = static_cast<unsigned>(
      __builtin_ctzll(next | uint64_t{1} << quotient_bound));
  if (__builtin_expect(quotient < quotient_bound && low <= 44, 1)) {
    // At most 12 and 44 of the 57 bits.
    x = uint64_t{quotient} << low | (next >> quotient >> 1 & low_bits(low));
    in.skip(quotient + 1 + low);
    width = next_width(width, x);
    x += least;
    return true;
  }
  auto is_good = true;
  if (quotient == quotient_bound) {
    in.skip(quotient_bound);
    x = get_number(in);
    is_good = x >> low >= quotient_bound;
    width = width_of(x);
  } else {
    in.skip(quotient + 1);
    auto high = uint64_t{quotient} << low;
    is_good = high >> low == quotient;
    x = high | in.take_wide(low);
    width = next_width(width, x);
  }
  x += least;
  return is_good && x >= least;
}

} // namespace tributary
