#pragma once

/// What a reader sees of stored integers. Pure.

#include <limits>
#include <vector>

#include "schema/chart.hpp"
#include "schema/coverage.hpp"
#include "store/window.hpp"

namespace tributary {

/// How stored values of one dimension become shown ones. Percentages are
/// weighted by it: they are computed from what it gives for the whole row.
struct shown_scale {
  double multiplier = 1;
  double divisor = 1;
  /// Increments are shown per second.
  double step = 1;
  /// Stored values are `ordered_bits`.
  bool is_real = false;

  shown_scale(const chart& of, size_t dimension);

  /// Of a number, see `number_of`. In this order, so that every way to a value
  /// gives equal bits.
  double of(double stored) const {
    return stored * multiplier / divisor / step;
  }
};

/// Points of one column in order of time.
struct point_column {
  /// What the points come to in sum; NaN is a gap.
  std::vector<double> sum;
  /// Empty where each point is of one value.
  std::vector<double> min;
  std::vector<double> max;
  /// Stored values in each point.
  std::vector<double> count;
};

/// Consecutive points of one chart.
struct point_run {
  /// The last second that the first point is of.
  tick first_end = 0;
  /// Seconds from one point to the next.
  int64_t step = 1;
  /// Seconds that each point is of, up to its end.
  int64_t covers = 1;
  size_t size = 0;
  /// Of points of several values, what lies outside of these ticks does not
  /// count.
  tick_range counted{std::numeric_limits<tick>::min(),
                     std::numeric_limits<tick>::max()};
  /// One a dimension of the chart; without any points where not wanted.
  std::vector<point_column> columns;
};

/// The slots of ticks `from` to `to` (inclusive) of a chart's window as points
/// of one second each.
/// @param wanted by dimension; those that are not get no points.
/// @param to_run its memory is used again.
void shown_slots(const window_table& window, const window_chart& of, tick from,
                 tick to, const std::vector<bool>& wanted, point_run& to_run);

} // namespace tributary
