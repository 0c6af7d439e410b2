#pragma once

/// Writes the answers of `/api/v1/data`: a table of values in several formats,
/// bare or with an envelope that tells about it. Pure.

#include <cstdint>
#include <string>
#include <vector>

#include "actors/http/data_format.hpp"
#include "schema/types.hpp"

namespace tributary {

/// Values of one chart over time.
struct data_table {
  /// Names of the columns without `time`.
  std::vector<std::string> labels;
  /// Ascending.
  std::vector<tick> times;
  /// Row by row, `times.size() * labels.size()` of them; NaN is a gap.
  std::vector<double> values;
};

/// A table that somebody else keeps: an answer as it came is not copied.
struct table_view {
  const std::vector<std::string>& labels;
  const std::vector<tick>& times;
  const std::vector<double>& values;
};

inline table_view view_of(const data_table& x) {
  return {x.labels, x.times, x.values};
}

/// What the columns of a row come to where a format has one value a row.
enum class row_reduction : uint8_t {
  sum,
  average,
  min,
  max,
  /// From the least to the greatest.
  span,
};

/// How the rows are shown.
struct data_options {
  /// Else the newest row is the first.
  bool oldest_first = false;
  /// Times are milliseconds instead of seconds.
  bool milliseconds = false;
  /// Times are dates in UTC, text of RFC 3339; not with `milliseconds`.
  bool dates = false;
  /// Values lose their sign.
  bool magnitudes = false;
  bool gaps_are_zero = false;
  /// Columns that hold nothing but zeros and gaps are left out, unless all are
  /// such.
  bool without_zeros = false;
  /// JSON rows are objects instead of arrays.
  bool object_rows = false;
  /// JSON is the table that Google's charts read.
  bool google_table = false;
  /// Labels of `csv` and `tsv` stand in quotes, also where they need not.
  bool quoted_labels = false;
  row_reduction reduction = row_reduction::sum;
};

/// What `jsonwrap` tells beside the table.
struct data_envelope {
  /// Of the chart.
  std::string id;
  std::string name;
  /// Seconds from one row to the next, and from one stored value to the next.
  int64_t view_update_every = 1;
  int64_t update_every = 1;
  /// Oldest and newest tick of the host, 0 when none.
  tick first_entry = 0;
  tick last_entry = 0;
  std::string group;
  std::string options;
  /// Of the columns, in their order.
  std::vector<std::string> dimension_ids;
  /// Tier that fits the rows, and the points that were read of each.
  unsigned tier = 0;
  std::vector<uint64_t> points_of_tier;
};

/// Calls `f(row, is_last)` for each row in the order in which it is shown.
template <class F>
void for_each_row(const table_view& from, const data_options& options, F f) {
  auto count = from.times.size();
  for (size_t i = 0; i < count; ++i)
    f(options.oldest_first ? i : count - 1 - i, i + 1 == count);
}

/// Appends the time of a row as `options` want it, without quotes.
void append_time(std::string& out, tick at, const data_options& options);

/// Numbers of the columns that `options` leave, ascending.
std::vector<size_t> kept_columns(const table_view& from,
                                 const data_options& options);

/// Whether `apply_options` has anything to do but to leave columns out.
bool changes_values(const data_options& options) noexcept;

/// The table as its options want it shown but for order and shape of the rows.
/// @param kept as from `kept_columns`.
void apply_options(const data_options& options, const std::vector<size_t>& kept,
                   data_table& to);

/// Gaps are `null` in JSON, `ssv` and `ssvcomma`, else empty. Lines end in
/// `\n`; labels of CSV are quoted where they must be. Of formats that are
/// scripts the JSON that is in them.
std::string render_data(const table_view& from, data_format format,
                        const data_options& options);

/// The rendered `result` in its envelope: JSON stays JSON, the other formats
/// become a string.
std::string render_wrapped(const table_view& from, data_format format,
                           const data_options& options,
                           const data_envelope& envelope);

} // namespace tributary
