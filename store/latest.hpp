#pragma once

/// The newest reading of every column of a host, which rows do not have: they
/// hold increments of counters. Knows no actor, no disk and no clock; a
/// `hot_host` keeps one, and the journal's replay restores it.

#include <cstdint>
#include <vector>

#include "schema/frame_codec.hpp"

namespace tributary {

/// Costs 24 bytes a column. Columns are those of one life of the host.
class latest_readings {
public:
  epoch_number epoch() const noexcept {
    return epoch_;
  }

  /// Tick of the newest frame, 0 before the first.
  tick newest() const noexcept {
    return newest_;
  }

  /// A counter's reading as the kernel gave it, a gauge's value; one a column,
  /// meaningless where `ticks` says 0.
  const std::vector<int64_t>& readings() const noexcept {
    return readings_;
  }

  /// What the newest row that had the column holds: a counter's increment.
  const std::vector<int64_t>& values() const noexcept {
    return values_;
  }

  /// When the column was read last, 0 when never.
  const std::vector<tick>& ticks() const noexcept {
    return ticks_;
  }

  /// Takes a frame's row. Rows of an older life than the newest one, and
  /// columns that were read at this tick or later already, change nothing.
  void take(const frame_header& header, const frame_row& row,
            const roster& columns_of);

private:
  void take_stated(const raw_reading& x, tick t, const frame_row& row);
  void take_word(size_t begin, tick t, const int64_t* values,
                 const int64_t* mask);
  void take_column(size_t i, tick t, const frame_row& row,
                   const roster& columns_of);

  epoch_number epoch_ = 0;
  tick newest_ = 0;
  std::vector<int64_t> readings_;
  std::vector<int64_t> values_;
  std::vector<tick> ticks_;
};

/// What the rows of a stretch of time come to, column by column.
struct column_sums {
  std::vector<double> sums;
  /// Rows that had the column.
  std::vector<uint32_t> counts;

  /// Adds a row, whose columns are the first of the roster.
  void add(const frame_row& row, const roster& columns_of);
};

} // namespace tributary
