#pragma once

/// Questions to the reader and its answers: tables of what people see, from
/// stored integers. Pure; the accumulator is the same at every step.

#include <cstdint>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "actors/storage/grouping.hpp"
#include "actors/storage/traffic.hpp"
#include "store/window.hpp"

namespace tributary {

struct query_request {
  /// Empty: the node's own host.
  guid host;
  std::string chart;
  /// Patterns of dimension ids or names, `*` matches any text; empty: all.
  std::vector<std::string> dimensions;
  /// Unix seconds; 0 or negative: relative to `before`.
  int64_t after = -600;
  /// Unix seconds; 0 is the newest tick, negative: relative to now.
  int64_t before = 0;
  /// Rows at most; 0: one a slot.
  uint32_t points = 0;
  grouping group = grouping::average;
};

struct query_answer {
  host_summary host;
  chart_ptr chart;
  /// Indexes into `chart->dimensions`, ascending.
  std::vector<size_t> dimensions;
  /// Ascending; the last tick of each group.
  std::vector<int64_t> times;
  /// Row-major, NaN is a gap.
  std::vector<double> values;
};

/// Ticks after `from` (exclusive) to `to` (inclusive) in rows of `per_row`.
struct query_range {
  tick from = 0;
  tick to = 0;
  int64_t per_row = 1;
};

/// Rows that one query may ask for.
constexpr uint32_t query_points_max = 20000;

/// Slots that one query may read: 31 days of seconds.
constexpr int64_t query_slots_max = 31 * 86400;

/// Resolves relative times. Yields `ec::bad_request` beyond the bounds.
caf::expected<query_range> resolve_range(const query_request& what, tick newest,
                                         tick now);

/// Dimensions of `x` that the patterns name; all when there are no patterns.
/// Yields `ec::not_found` with the first pattern that names none.
caf::expected<std::vector<size_t>>
matching_dimensions(const chart& x, const std::vector<std::string>& names);

/// What a reader sees of one slot of one chart: every dimension scaled, rates
/// and percentages computed. NaN where absent.
void shown_values(const chart& of, const std::vector<int64_t>& stored,
                  const std::vector<bool>& present, std::vector<double>& shown);

/// Fills `times` and `values` of `answer` from the windows of its chart, which
/// are ascending by start.
void fill_table(const std::vector<window_table>& windows,
                const query_range& range, grouping group, query_answer& answer);

} // namespace tributary
