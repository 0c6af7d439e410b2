#pragma once

/// What a chart and its dimensions are, in Netdata's terms. Definitions are
/// values; they are shared as `chart_ptr` and never change once made.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tributary {

/// How a dimension's stored integers become what a reader sees.
enum class algorithm : uint8_t {
  /// A gauge: `value * multiplier / divisor`.
  absolute = 0,
  /// A counter: increment per second `* multiplier / divisor`.
  incremental = 1,
  /// A gauge shown as per cent of the chart's row sum.
  percentage_of_absolute_row = 2,
  /// A counter whose increment is shown as per cent of the row's increments.
  percentage_of_incremental_row = 3,
  /// A gauge of IEEE doubles, for what no decimal scale fits: columns hold its
  /// `ordered_bits`.
  real = 4,
};

/// Whether readers see a dimension as per cent of its row.
constexpr bool is_share_of_row(algorithm x) noexcept {
  return x == algorithm::percentage_of_absolute_row
         || x == algorithm::percentage_of_incremental_row;
}

/// Whether columns of this kind hold increments of an ever-growing counter.
constexpr bool is_counter(algorithm x) noexcept {
  return x == algorithm::incremental
         || x == algorithm::percentage_of_incremental_row;
}

/// Whether stored values of both, and points made of them, are numbers of one
/// kind.
constexpr bool is_same_kind(algorithm x, algorithm y) noexcept {
  return is_share_of_row(x) == is_share_of_row(y)
         && (x == algorithm::real) == (y == algorithm::real);
}

/// The names that users and the API write, for example `incremental`.
const char* to_string(algorithm x) noexcept;

enum class chart_type : uint8_t { line = 0, area = 1, stacked = 2 };

const char* to_string(chart_type x) noexcept;

struct dimension {
  /// Unique in its chart, never empty, for example `user`.
  std::string id;
  /// What people read; equals `id` where a source has nothing better.
  std::string name;
  tributary::algorithm algorithm = tributary::algorithm::absolute;
  /// Never 0.
  int64_t multiplier = 1;
  /// Never 0.
  int64_t divisor = 1;
  /// Counts in sums and percentages, but a page does not draw it.
  bool hidden = false;
};

struct chart {
  /// `type.id`, unique in its host, for example `system.cpu` or `disk.vda`.
  std::string id;
  std::string name;
  /// What the chart is an instance of, for example `disk.io`.
  std::string context;
  /// Heading of its section on a page, for example `cpu` or `vda`.
  std::string family;
  std::string title;
  std::string units;
  chart_type type = chart_type::line;
  /// Order on a page, lower is higher up.
  int32_t priority = 1000;
  /// The source that feeds it, for example `proc.stat`.
  std::string module;
  /// Slots of the host's grid between two samples, at least 1.
  uint16_t step = 1;
  /// 1 to 128 of them; order is column order.
  std::vector<dimension> dimensions;
};

/// Whether all of both definitions is equal.
bool operator==(const dimension& x, const dimension& y) noexcept;
bool operator==(const chart& x, const chart& y) noexcept;

using chart_ptr = std::shared_ptr<const chart>;

/// The most dimensions a chart may have: a chart is never cut over two groups.
constexpr size_t chart_dimensions_max = 128;

} // namespace tributary
