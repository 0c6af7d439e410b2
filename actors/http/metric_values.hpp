#pragma once

/// The newest values of a host's charts, one chart after the other. Pure.

#include <vector>

#include "actors/http/api_query.hpp"
#include "actors/storage/traffic.hpp"
#include "config/simple_pattern.hpp"

namespace tributary {

/// Walks the charts that are fresh and wanted.
class metric_values {
public:
  metric_values(const host_latest& from, const metrics_request& what,
                unix_ms now);

  /// The next chart; null at the end.
  const roster_entry* next();

  /// Tick of a dimension of the chart, 0 when it is not fresh.
  tick tick_of(const roster_entry& chart, size_t dimension) const;

  /// A counter's reading or a gauge's value, as the source gave it.
  int64_t reading_of(const roster_entry& chart, size_t dimension) const {
    return from_.latest.readings()[chart.first_column + dimension];
  }

  /// What people see: the newest values, or their averages where sums are
  /// there; rates and percentages computed, NaN where not fresh.
  void shown(const roster_entry& chart, std::vector<double>& to) const;

private:
  bool is_wanted(const roster_entry& entry) const;

  const host_latest& from_;
  simple_pattern filter_;
  bool filtered_ = false;
  bool fresh_ = false;
  size_t next_ = 0;
};

} // namespace tributary
