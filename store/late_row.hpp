#pragma once

/// Rows of frames that came for a window that is closed. They rest in RAM, in
/// no open window any more and in no block yet, until the store merges those of
/// a window together.

#include <memory>
#include <string_view>
#include <vector>

#include "schema/definition.hpp"
#include "store/hot_segment.hpp"

namespace tributary {

/// One frame, decoded: eight bytes for each value that is present.
struct late_row {
  tributary::tick tick = 0;
  roster_ptr columns_of;
  /// Of the frame.
  uint32_t columns = 0;
  /// One bit a column.
  std::vector<uint64_t> present;
  /// Like `present`, or empty where nothing is estimated.
  std::vector<uint64_t> estimated;
  /// Of the present columns, ascending.
  std::vector<int64_t> values;
  /// Where the frame is or will be in the journal; 0: it is durable.
  journal_position position = 0;
  /// A journal that begins at or before this can give the row again: place of
  /// the key frame of its chain. 0: that is not known.
  journal_position readable_from = 0;
  /// Frames behind it may be deltas to this one: it is no late part.
  bool is_base = false;

  size_t memory_bytes() const noexcept;
};

using late_row_ptr = std::shared_ptr<const late_row>;

/// How long late rows of a window wait for more of them.
struct late_rest {
  /// Of the rows.
  size_t bytes = 0;
  /// The journal must be kept from here on to give all rows again; 0: it is
  /// not known.
  journal_position readable_from = 0;
  /// Of the newest row.
  journal_position position = 0;
  /// Commits since the first one, and whether another came since the last.
  unsigned commits = 0;
  bool has_grown = false;
  bool is_over = false;
};

/// Whether a block has all of the frame. A late part may be in none although
/// its tick is.
inline bool is_stored(const frame_header& header, const coverage& blocks) {
  return header.part == 0 && blocks.epoch_at(header.tick) >= header.epoch;
}

/// The row of a frame, without a place in the journal.
late_row make_late_row(const frame_header& header, roster_ptr columns_of,
                       const frame_row& row);

/// Adds rows of the window `to` from number `begin` on, all charts or the one
/// named, until they have about `values_max` values. Yields the number of the
/// row behind the last.
size_t add_late_rows(const std::vector<late_row_ptr>& rows, size_t begin,
                     size_t values_max, std::string_view only_chart,
                     window_table& to);

/// Tables of the windows that the rows are of, with all charts or one.
std::vector<window_table> late_tables(const host_definition& host,
                                      const std::vector<late_row_ptr>& rows,
                                      std::string_view only_chart);

} // namespace tributary
