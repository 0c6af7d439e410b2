#pragma once

/// Rows of values to frame payloads and back; pure. The format is specified in
/// frame.capnp. A chain is what a reader knows of the frames before: only who
/// has the base can read a delta.

#include <array>
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

/// How much 64 columns change: of each a count from 0 to 7, one of its bits in
/// each plane.
struct column_activity {
  std::array<uint64_t, 3> planes{};

  /// Columns whose count is not 0.
  uint64_t any() const noexcept {
    return planes[0] | planes[1] | planes[2];
  }

  /// Columns whose count is 7.
  uint64_t full() const noexcept {
    return planes[0] & planes[1] & planes[2];
  }

  /// One up where `changed`, one down elsewhere, within 0 and 7.
  void count(uint64_t changed) noexcept {
    auto up = changed & ~full();
    auto down = ~changed & any();
    for (auto& plane : planes) {
      auto before = plane;
      plane ^= up | down;
      up &= before;
      down &= ~before;
    }
  }

  /// Forgets the other columns.
  void keep(uint64_t columns) noexcept {
    for (auto& plane : planes)
      plane &= columns;
  }

  friend bool operator==(const column_activity& x, const column_activity& y) {
    return x.planes == y.planes;
  }
};

/// The state between two frames of one host, equal at sealer and reader: nine
/// and a half bytes a column.
struct frame_chain {
  epoch_number epoch = 0;
  /// Tick of the newest frame, 0 before the first key frame.
  tributary::tick tick = 0;
  /// Newest value of each gauge column, 0 in counter columns.
  std::vector<int64_t> base;
  /// Presence in the newest frame, one bit a column.
  std::vector<uint64_t> present;
  /// Each of 64 columns.
  std::vector<column_activity> activity;
  /// Of each column how long its residuals are, in quarters of a bit.
  std::vector<uint8_t> widths;
};

/// Seals `row` as version 2, of exactly `header.columns` columns (a prefix of
/// `columns_of`), and advances the chain (part 0 only). `header.base_tick` is
/// filled in: a key frame when `key` or when the chain is of another epoch.
frame_ptr seal_row(frame_header header, const frame_row& row,
                   const roster& columns_of, bool key, frame_chain& chain);

/// Reads a frame into `row` and advances the chain (part 0 only). Yields
/// `ec::need_key` when the chain has not the frame's base, `ec::unknown_layout`
/// when the roster has not its columns, `ec::corrupt` otherwise. On an error
/// the chain is as before.
caf::error open_row(const frame& sealed, const roster& columns_of,
                    frame_chain& chain, frame_row& row);

/// The same for a frame that is kept apart from its message. The payload may
/// have any alignment.
caf::error open_row(const frame_header& header, std::string_view payload,
                    const roster& columns_of, frame_chain& chain,
                    frame_row& row);

/// Appends a zigzag varint.
void put_varint(std::string& out, int64_t value);

/// Reads a zigzag varint at `*at`, which moves on; false at the end of input or
/// on a varint of more than ten bytes.
bool get_varint(const uint8_t*& at, const uint8_t* end, int64_t& value);

} // namespace tributary
