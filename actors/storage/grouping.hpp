#pragma once

/// How the points of one row of an answer become one value. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

namespace tributary {

enum class grouping : uint8_t {
  average,
  min,
  max,
  sum,
  /// The last value of the row less its first.
  incremental_sum,
  median,
  /// Of the row as a sample: the divisor is one less than its values.
  stddev,
  /// `stddev` as per cent of the size of the mean.
  cv,
  /// Exponential smoothing that goes on from row to row; the value at the
  /// row's end.
  ses,
  /// The same with a trend.
  des,
  /// Per cent of the values that compare as asked.
  countif,
  /// Interpolated between the two values that are nearest in rank.
  percentile,
  /// Mean without so many per cent of the values at each end.
  trimmed_mean,
  /// Median without the values in so many per cent of their range at each end.
  trimmed_median,
  /// The value that is farthest from zero.
  extremes,
  /// The last value.
  latest,
};

/// The name as it stands in the API, for example `average`.
const char* to_string(grouping x) noexcept;

enum class comparison : uint8_t {
  equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
};

/// A function with what it needs to know.
struct group_rule {
  grouping function = grouping::average;
  /// What `countif` compares with, the per cent of `percentile` (0 to 100) and
  /// of the trimmed ones (0 to below 50); unused by the others.
  double parameter = 0;
  comparison compare = comparison::equal;
};

/// Reads `group` and `group_options` of the API, aliases and numbers in names
/// included: `percentile75`, `trimmed-mean10`. Yields `ec::bad_request`, which
/// lists the known functions.
caf::expected<group_rule> parse_group_rule(std::string_view group,
                                           std::string_view options);

/// What a row comes to that is seen as smallest, largest, sum and count only.
struct row_totals {
  double min = 0;
  double max = 0;
  double sum = 0;
  /// Stored values; a part of one where a point covers several rows.
  double count = 0;
  double first = 0;
  double last = 0;
};

/// State of `ses` and `des` between the rows of one column.
struct smoothing {
  /// Share of a new value, 0 to 1.
  double share = 1;
  double level = 0;
  double trend = 0;
  bool begun = false;

  void add(double x, bool with_trend);
};

/// Whether `x` needs each value of a row, not the totals alone.
bool needs_values(grouping x) noexcept;

/// The value of a row that holds something.
/// @param values of the row in order of time; reordered. Empty unless
///        `needs_values`.
double grouped(const group_rule& rule, const row_totals& totals,
               std::vector<double>& values, const smoothing& smooth);

} // namespace tributary
