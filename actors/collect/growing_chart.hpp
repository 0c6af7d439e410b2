#pragma once

/// A chart of counters that get a dimension each when they first count
/// something, like the interrupts of a machine. Held by sources.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Dimensions are fixed once a chart is made, so one more means a new
/// definition under the same id, with columns of its own. Its first reading
/// says where all counters stood, so that no increment is lost.
class growing_chart {
public:
  explicit growing_chart(chart_heading heading);

  /// Adds a counter, which has no dimension yet. The caller bounds their
  /// number. @return its place.
  size_t add(dimension what);

  /// What the counter at that place reads in this round.
  void set(size_t place, int64_t value) {
    counters_[place].value = value;
  }

  /// Ends a round: appends the reading of the counters with a dimension, if
  /// there are any and one of them was set.
  void end_round(std::vector<chart_reading>& readings);

  /// Rounds between two definitions: a machine that starts up, where something
  /// counts for the first time every second, costs a few definitions.
  static constexpr uint64_t rounds_between_min = 60;

private:
  struct counter {
    dimension what;
    std::optional<int64_t> value;
    std::optional<int64_t> before;
    bool shown = false;
  };

  void define();

  chart_heading heading_;
  std::vector<counter> counters_;
  chart_ptr chart_;
  size_t shown_count_ = 0;
  uint64_t rounds_left_ = 0;
};

} // namespace tributary
