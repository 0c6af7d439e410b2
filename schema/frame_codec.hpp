#pragma once

/// Rows of values to frame payloads and back; pure. The format is specified in
/// frame.capnp. A chain is what a reader knows of the frames before: only who
/// has the base can read a delta.

#include <string>
#include <vector>

#include "schema/frame.hpp"
#include "schema/roster.hpp"

namespace tributary {

/// Bit `i` of a bitmap of 64-bit words.
inline bool bit_at(const std::vector<uint64_t>& words, size_t i) noexcept {
  return (words[i / 64] >> (i % 64) & 1) != 0;
}

inline void set_bit(std::vector<uint64_t>& words, size_t i) noexcept {
  words[i / 64] |= uint64_t{1} << (i % 64);
}

/// A counter's reading as the kernel gave it.
struct raw_reading {
  uint32_t column = 0;
  int64_t value = 0;

  friend bool operator==(const raw_reading& x, const raw_reading& y) {
    return x.column == y.column && x.value == y.value;
  }
};

/// The values of one host at one tick. Counters hold the increment since the
/// tick before, gauges the value; an absent column's value is 0.
struct frame_row {
  std::vector<int64_t> values;
  /// One bit a column.
  std::vector<uint64_t> present;
  /// One bit a column, or empty where nothing is estimated.
  std::vector<uint64_t> estimated;
  /// Ascending by column; in a key frame every present counter.
  std::vector<raw_reading> raw;

  /// Makes all `columns` absent.
  void reset(uint32_t columns);
};

/// The state between two frames of one host, equal at sealer and reader.
struct frame_chain {
  epoch_number epoch = 0;
  /// Tick of the newest frame, 0 before the first key frame.
  tributary::tick tick = 0;
  /// Newest value of each gauge column, 0 in counter columns.
  std::vector<int64_t> base;
};

/// Seals `row`, of exactly `header.columns` columns (a prefix of `columns_of`),
/// and advances the chain (part 0 only). `header.base_tick` is filled in: a key
/// frame when `key` or when the chain is of another epoch.
frame_ptr seal_row(frame_header header, const frame_row& row,
                   const roster& columns_of, bool key, frame_chain& chain);

/// Reads a frame into `row` and advances the chain (part 0 only). Yields
/// `ec::need_key` when the chain has not the frame's base, `ec::unknown_layout`
/// when the roster has not its columns, `ec::corrupt` otherwise. On an error
/// the chain is as before.
caf::error open_row(const frame& sealed, const roster& columns_of,
                    frame_chain& chain, frame_row& row);

/// Appends a zigzag varint.
void put_varint(std::string& out, int64_t value);

/// Reads a zigzag varint at `*at`, which moves on; false at the end of input or
/// on a varint of more than ten bytes.
bool get_varint(const uint8_t*& at, const uint8_t* end, int64_t& value);

} // namespace tributary
