#pragma once

/// Points of the coarser tiers as values: min, max, sum and count of what a
/// reader would see of the slots below. Pure; all in integers, so that every
/// node gets equal bits.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "schema/definition.hpp"
#include "store/window.hpp"

namespace tributary {

/// Tiers of a store, 0 to 2. Tier 0 has a slot a second.
constexpr unsigned tier_count = 3;

/// Where a tier's points and blocks of one host lie on the time axis.
struct tier_grid {
  /// Seconds of a point.
  uint32_t step = 1;
  /// Seconds of a block; a multiple of those of the tier below.
  uint32_t span = 600;
  /// The first tick of one of the blocks.
  tick phase = 0;

  uint32_t points() const noexcept {
    return span / step;
  }

  /// First tick of the block that `t` falls into.
  tick block_start(tick t) const noexcept;
};

/// Steps of a store, fixed when it is made: points of the tier below that a
/// point of the tier above is of.
struct tier_steps {
  uint32_t tier1 = 60;
  uint32_t tier2 = 60;

  friend bool operator==(const tier_steps& x, const tier_steps& y) {
    return x.tier1 == y.tier1 && x.tier2 == y.tier2;
  }
};

constexpr uint32_t tier_step_min = 2;
constexpr uint32_t tier_step_max = 255;

constexpr bool are_valid(const tier_steps& x) noexcept {
  return x.tier1 >= tier_step_min && x.tier1 <= tier_step_max
         && x.tier2 >= tier_step_min && x.tier2 <= tier_step_max;
}

/// The most points of a block: those of the widest chart fit into one.
constexpr uint32_t tier_points_max = window_seconds_max / 2;

/// The grid of a tier (0 to 2) of a host. Its steps are those of the store
/// where they divide the host's window, else the largest that do and are less.
/// A block of tier 1 is of about 360 points and one of tier 2 of about 240, in
/// whole blocks of the tier below.
tier_grid grid_of(const host_definition& host, const tier_steps& steps,
                  unsigned tier);

/// Points of one dimension, by place. In units of stored values: who shows them
/// scales by multiplier and divisor, and by the chart's step for increments,
/// see `shown_point`; a negative scale swaps min and max. Dimensions that are
/// shown as per cent of a row have the percentage itself, in millionths. A
/// point without a value has 0 in all four. Of reals, min, max and sum are
/// `ordered_bits`; the sum is that of the doubles from the first on.
struct tier_column {
  std::vector<int64_t> min;
  std::vector<int64_t> max;
  /// Where the sum is beyond int64, the nearest int64.
  std::vector<int64_t> sum;
  /// Slots of tier 0 that have a value.
  std::vector<int64_t> count;

  /// Makes `points` of them absent.
  void reset(size_t points);
};

struct tier_chart {
  chart_ptr chart;
  /// Life of the origin that the definition is of; the newest one holds.
  epoch_number epoch = 0;
  /// One a dimension, in its order.
  std::vector<tier_column> columns;
};

/// Points of one host in a row. Point `i` is of the ticks `start + i * step` to
/// `start + (i + 1) * step - 1`.
struct tier_table {
  tick start = 0;
  uint32_t step = 1;
  /// By point: newest life that covers a slot of it, 0 where none does.
  std::vector<epoch_number> epochs;
  /// By id.
  std::map<std::string, tier_chart, std::less<>> charts;

  tier_table() = default;
  tier_table(tick start, uint32_t step, size_t points)
      : start(start), step(step), epochs(points, 0) {
    // nop
  }

  size_t points() const noexcept {
    return epochs.size();
  }

  /// The chart's columns, made empty when new. Definitions join as in
  /// `window_table::chart_for`; points of a dimension that is no longer, or
  /// only now, shown as per cent or real are dropped: they are of another kind.
  tier_chart& chart_for(const chart_ptr& chart, epoch_number epoch);

  /// Takes over the points of `other` that lie in here. It has the same step
  /// and lies on the same grid. Charts that it lacks keep their points: who
  /// replaces points clears them first.
  void add(const tier_table& other);

  /// Makes the points absent that lie in `from`... `to` (inclusive ticks).
  void clear(tick from, tick to);
};

/// Charts from one id to another, both inclusive; empty: all of them.
struct chart_range {
  std::string_view first;
  std::string_view last;

  bool contains(std::string_view id) const noexcept {
    return first.empty() || (first <= id && id <= last);
  }

  /// Whether the charts of a block can be among them.
  bool touches(const layout& x) const noexcept {
    return first.empty()
           || (!x.charts.empty() && x.charts.front()->id <= last
               && first <= x.charts.back()->id);
  }
};

/// Points of a window, whose length is a multiple of `step`; of all charts or
/// some.
tier_table tier_of(const window_table& window, uint32_t step,
                   chart_range which = {});

/// Points out of points: `factor` of them each, counted from the first; the
/// last may be of fewer.
tier_table coarser(const tier_table& from, uint32_t factor);

/// What a reader sees of a point. NaN where it has no value.
struct shown_tier_point {
  double min;
  double max;
  double sum;
  /// Slots with a value; 0 where it has none.
  int64_t count;
};

/// Point `i` of a dimension of `of`, scaled.
shown_tier_point shown_point(const chart& of, size_t dimension,
                             const tier_column& column, size_t i);

/// Percentages of rows, slot by slot, in millionths: the value's part of the
/// row's sum, rounded half away from zero; 0 where the sum is 0, the nearest
/// int64 where it is beyond. Values are weighted by multiplier and divisor;
/// weights that are not whole numbers are made so by their common denominator,
/// cut to 28 bits. Dimensions of another kind get no values.
std::vector<std::vector<int64_t>>
percentages_of(const chart& of, const std::vector<window_column>& columns);

} // namespace tributary
