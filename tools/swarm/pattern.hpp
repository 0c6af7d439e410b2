#pragma once

/// The synthetic pattern that peers were measured with: of ten dimensions 3 are
/// counters with increments uniform in 0-999, 3 random walks of +-100, 2
/// constants and 2 waves with noise 0-499 in the third decimal. Its entropy is
/// about 0.89 bytes a sample. The same seed gives the same rows everywhere.

#include <cstdint>
#include <vector>

#include "schema/chart.hpp"
#include "schema/frame_codec.hpp"

namespace tributary::load {

/// Rows of one host second by second, and the charts that name their columns.
struct row_set {
  std::vector<chart_ptr> charts;
  uint32_t columns = 0;
  std::vector<frame_row> rows;
  /// Values that are present in all rows together.
  uint64_t samples = 0;
};

/// Columns of each of its charts.
constexpr uint32_t pattern_chart_columns = 10;

/// Charts of ten dimensions for `columns` columns, a multiple of ten.
std::vector<chart_ptr> pattern_charts(uint32_t columns);

class pattern {
public:
  pattern(uint32_t columns, uint64_t seed);

  /// The row of the next second; all of it is present.
  void next(frame_row& row);

private:
  uint64_t random();
  uint64_t below(uint64_t bound);

  uint64_t state_;
  int64_t second_ = 0;
  /// Walks and constants, one a column.
  std::vector<int64_t> held_;
};

row_set synthetic_rows(uint32_t columns, uint32_t seconds, uint64_t seed);

/// Doubles of ten kinds, as many columns of each: a walk, tenths, hundredths,
/// whole numbers, halves, quotients of whole numbers, noise around zero, a walk
/// of floats, one that rarely changes, two states.
row_set real_rows(uint32_t columns, uint32_t seconds, uint64_t seed);

/// Number of values that are present.
uint64_t present_count(const frame_row& row);

} // namespace tributary::load
