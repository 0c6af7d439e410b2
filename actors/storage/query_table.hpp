#pragma once

/// Rows under construction: points of one chart go in, in order of time; values
/// by row and column come out. Works by column, so that values of one column
/// lie side by side until the table is done. Pure.

#include <vector>

#include "actors/storage/query_plan.hpp"
#include "actors/storage/shown.hpp"

namespace tributary {

class query_table {
public:
  /// @param range as small as what there is: it takes memory.
  /// @param definition what has the columns; null: every dimension that comes.
  /// @param wanted by dimension of `definition`.
  query_table(const query_request& what, const query_range& range,
              chart_ptr definition, std::vector<bool> wanted);

  /// Which dimensions of `of`, as a window has it, go into the table.
  const std::vector<bool>& wanted_of(const chart_ptr& of);

  /// Points that follow those before; not needed for columns that are not
  /// wanted.
  void add(const chart_ptr& of, const point_run& run);

  /// Writes columns, times and values: from the first row with data to the
  /// last. Gaps between are rows, those around are not.
  void finish(query_answer& answer);

  /// Columns that there are by now.
  size_t width() const noexcept {
    return columns_.size();
  }

  /// The newest definition that came; null when none did.
  const chart_ptr& definition() const noexcept {
    return definition_;
  }

private:
  struct column {
    query_column name;
    /// By row.
    std::vector<double> values;
    /// The row that is being filled, -1 before the first.
    int64_t row = -1;
    row_totals totals;
    std::vector<double> singles;
    smoothing smooth;
  };

  void place(const chart_ptr& of);
  column& new_column(const dimension& of);
  void add_column(const point_run& run, const point_column& points, column& to);
  /// Each point is a row.
  void copy(const point_run& run, const point_column& points, column& to);
  /// Each point is in every row that it touches.
  void spread(const point_run& run, const point_column& points, column& to);
  void add_points(const point_run& run, const point_column& points,
                  size_t begin, size_t end, column& to);
  void add_share(const point_column& points, size_t i, double share,
                 column& to);
  void enter_row(int64_t row, column& to);
  void end_row(column& to);
  int64_t row_of(tick t) const noexcept {
    return (range_.row_end(t) - first_end_) / range_.per_row;
  }

  group_rule rule_;
  query_range range_;
  double factor_;
  bool spreads_;
  bool finds_columns_;
  tick first_end_;
  int64_t rows_;
  /// Rows with data: from `first_row_` to `last_row_`.
  int64_t first_row_;
  int64_t last_row_ = -1;
  chart_ptr definition_;
  std::vector<column> columns_;
  /// Of the chart that came last: by dimension, its column here or -1.
  chart_ptr placed_;
  std::vector<int> places_;
  std::vector<bool> wanted_;
};

} // namespace tributary
