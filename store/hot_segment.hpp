#pragma once

/// Rows of one life and one width on their way from frames to the columns of a
/// window.

#include <memory>
#include <string_view>
#include <vector>

#include "schema/frame_codec.hpp"
#include "store/window.hpp"

namespace tributary {

using roster_ptr = std::shared_ptr<const roster>;

/// Where the columns of rows go. Holds until the table gets another definition
/// of one of the charts.
struct segment_targets {
  /// Of a column whose dimension is real in only one of roster and window.
  struct conversion {
    size_t column;
    window_column* to;
    dimension from;
    dimension as;
  };

  /// One a column; null where it goes nowhere, or not as it is.
  std::vector<window_column*> columns;
  std::vector<conversion> converted;
  /// No two columns go to one place.
  bool distinct = true;
};

/// Rows of equal width, row-major.
struct hot_segment {
  roster_ptr columns_of;
  uint32_t columns = 0;
  /// One a row.
  std::vector<tick> ticks;
  /// `columns` a row.
  std::vector<int64_t> values;
  /// `bitmap_words(columns)` a row.
  std::vector<uint64_t> present;
  /// Like `present`, or empty where no row has estimates.
  std::vector<uint64_t> estimated;

  void add(tick t, const frame_row& row);

  /// Drops the rows and keeps their memory.
  void clear();

  /// Adds the rows to `to`, all charts or the one named.
  void add_to(window_table& to, std::string_view only_chart) const;

  /// The same with targets that rows of this roster and width had before.
  void add_rows_to(window_table& to, const segment_targets& targets) const;

  /// Where each column goes in `to`, which gets the charts.
  segment_targets targets_in(window_table& to,
                             std::string_view only_chart) const;

private:
  /// Adds the rows `[begin, end)`, whose ticks follow each other; in tiles
  /// where the targets are distinct and nothing is estimated.
  void add_run(size_t begin, size_t end, tick start,
               const std::vector<window_column*>& targets, bool in_tiles) const;
  void add_converted(size_t begin, size_t end, tick start,
                     const segment_targets::conversion& how) const;
};

} // namespace tributary
