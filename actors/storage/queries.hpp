#pragma once

/// Questions to the reader and its answers: tables of what people see. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "actors/storage/grouping.hpp"
#include "actors/storage/traffic.hpp"

namespace tributary {

/// How the values of several charts become one.
enum class aggregation : uint8_t { sum, average, min, max };

/// What names a dimension.
enum class dimension_match : uint8_t { ids_and_names, ids, names };

struct query_request {
  /// Empty: the node's own host. Not used with `nodes`.
  guid host;
  /// Names or GUIDs of hosts, `*` matches any text; empty: the one host. With
  /// any, columns are named `dimension@host`.
  std::vector<std::string> nodes;
  /// Empty: all charts of `context`.
  std::string chart;
  std::string context;
  /// Among the charts of a context; none: by its unit, average of percentages
  /// and sum of others.
  std::optional<aggregation> merged_by;
  /// Patterns of dimension ids or names, `*` matches any text; empty: all.
  std::vector<std::string> dimensions;
  dimension_match match = dimension_match::ids_and_names;
  /// Unix seconds; 0 or negative: relative to `before`.
  int64_t after = -600;
  /// Unix seconds; 0 is the newest tick, negative: relative to now.
  int64_t before = 0;
  /// Rows at most; 0: one a slot.
  uint32_t points = 0;
  group_rule group;
  /// Averages are per so many seconds instead of one, and rows as many or a
  /// multiple long; 0: neither.
  int64_t resample_seconds = 0;
  /// Rows end at the end of the range instead of multiples of their length.
  bool unaligned = false;
  /// Rows are never shorter than the points that they are of.
  bool natural_points = false;
  /// Rows are as long as asked for, also where the chart's step is longer.
  bool virtual_points = false;
  /// Values lose their sign, before they are summed up.
  bool magnitudes = false;
  /// Values are per cent of what all dimensions of the row come to.
  bool percentages = false;
  /// Only this tier is read; none: the one that fits, others where it ends.
  std::optional<unsigned> tier;
  /// How long the reader may take, 1 to `query_timeout_ms_max`.
  int64_t timeout_ms = 10'000;
};

struct query_column {
  /// Of the dimension, and of the host where several were asked for.
  std::string id;
  std::string name;
  /// Columns of one host have one number.
  size_t host = 0;
};

struct query_answer {
  /// The first of several.
  host_summary host;
  chart_ptr chart;
  std::vector<query_column> columns;
  /// Ascending; the last tick of each row.
  std::vector<int64_t> times;
  /// Row-major, NaN is a gap.
  std::vector<double> values;
  /// From one row to the next.
  int64_t row_seconds = 1;
  /// Tier that fits the rows.
  unsigned tier = 0;
  /// Points that were read, by tier; a point of a chart counts once.
  std::vector<uint64_t> points_of_tier;
};

/// Rows that one query may ask for.
constexpr uint32_t query_points_max = 20'000;

/// Values of an answer, 32 MiB of them: rows times columns.
constexpr uint64_t query_values_max = uint64_t{4} << 20;

/// Points that one query may read, of all dimensions together: 31 days of 37
/// dimensions at tier 0, about a second.
constexpr uint64_t query_reads_max = 100'000'000;

/// Charts that one query may be of.
constexpr size_t query_charts_max = 1000;

/// Below the time-outs of who asks, so that the reason is told.
constexpr int64_t query_timeout_ms_max = 15'000;

/// Whether `text` matches `pattern`, in which `*` stands for any text.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// Columns that the patterns name, ascending; all when there are no patterns.
/// Yields `ec::not_found` with the first pattern that names none.
/// @param place what has the columns, for the error.
caf::expected<std::vector<size_t>>
matching_columns(const std::vector<query_column>& all,
                 const std::vector<std::string>& patterns,
                 dimension_match match, const std::string& place);

/// Columns of a chart, one a dimension.
std::vector<query_column> columns_of(const chart& x);

/// Makes a table what its request wants of it beside grouping: magnitudes,
/// percentages, the columns that were asked for. Yields `ec::not_found`.
caf::error finish_table(const query_request& what, query_answer& answer);

/// What a reader sees of one slot of one chart: every dimension scaled, rates
/// and percentages computed. NaN where absent.
void shown_values(const chart& of, const std::vector<int64_t>& stored,
                  const std::vector<bool>& present, std::vector<double>& shown);

} // namespace tributary
