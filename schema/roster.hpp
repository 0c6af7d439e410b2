#pragma once

/// The columns of one life of a host: its charts in the order in which they
/// were first seen. A roster only grows; a frame's `columns` names a prefix of
/// it.

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "schema/chart.hpp"
#include "schema/types.hpp"

namespace tributary {

/// One chart's place in a roster.
struct roster_entry {
  chart_ptr chart;
  uint32_t first_column = 0;
};

class roster {
public:
  explicit roster(epoch_number epoch = 0) : epoch_(epoch) {
    // nop
  }

  epoch_number epoch() const noexcept {
    return epoch_;
  }

  /// Adds a chart behind all others and returns its first column. A chart of an
  /// id that is there already takes its place for look-ups.
  uint32_t append(chart_ptr chart);

  /// Charts in column order.
  const std::vector<roster_entry>& charts() const noexcept {
    return charts_;
  }

  /// Columns of all charts.
  uint32_t columns() const noexcept {
    return static_cast<uint32_t>(gauge_mask_.size());
  }

  /// Per column all ones for a gauge, 0 for a counter: what stays of a value as
  /// the base of the next delta.
  const std::vector<int64_t>& gauge_mask() const noexcept {
    return gauge_mask_;
  }

  /// A bit for each column that holds `ordered_bits`; empty where none does.
  const std::vector<uint64_t>& real_columns() const noexcept {
    return real_columns_;
  }

  bool is_counter_column(uint32_t column) const noexcept {
    return gauge_mask_[column] == 0;
  }

  /// The newest entry of that chart id; null when unknown.
  const roster_entry* find(std::string_view chart_id) const;

  /// Whether columns `[0, count)` end at the end of a chart.
  bool is_prefix(uint32_t columns) const;

private:
  epoch_number epoch_;
  std::vector<roster_entry> charts_;
  std::vector<int64_t> gauge_mask_;
  std::vector<uint64_t> real_columns_;
  std::unordered_map<std::string_view, size_t> by_id_;
};

/// The most columns of one host (design bound: 256 MiB for a window in RAM at
/// this size would be far above; a host beyond it is refused by name).
constexpr uint32_t host_columns_max = 1u << 20;

} // namespace tributary
