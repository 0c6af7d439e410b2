#pragma once

/// Writes the answers of `/api/v1/data`: a table of values in several formats,
/// bare or with an envelope that tells about it. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

enum class data_format : uint8_t {
  json,
  csv,
  tsv,
  /// One value a row, see `row_reduction`, separated by spaces.
  ssv,
  /// The same, separated by commas.
  ssvcomma,
  /// The same as a JSON array.
  array,
  markdown,
};

const char* to_string(data_format x) noexcept;

std::string_view content_type_of(data_format x) noexcept;

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
  /// Values lose their sign.
  bool magnitudes = false;
  bool gaps_are_zero = false;
  /// Columns that hold nothing but zeros and gaps are left out, unless all are
  /// such.
  bool without_zeros = false;
  /// JSON rows are objects instead of arrays.
  bool object_rows = false;
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

/// Numbers of the columns that `options` leave, ascending.
std::vector<size_t> kept_columns(const data_table& from,
                                 const data_options& options);

/// The table as its options want it shown but for order and shape of the rows.
/// @param kept as from `kept_columns`.
void apply_options(const data_options& options, const std::vector<size_t>& kept,
                   data_table& to);

/// Gaps are `null` in JSON, `ssv` and `ssvcomma`, else empty. Lines end in
/// `\n`; labels of CSV are quoted where they must be.
std::string render_data(const data_table& from, data_format format,
                        const data_options& options);

/// The rendered `result` in its envelope: JSON stays JSON, the other formats
/// become a string.
std::string render_wrapped(const data_table& from, data_format format,
                           const data_options& options,
                           const data_envelope& envelope);

} // namespace tributary
