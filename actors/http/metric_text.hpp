#pragma once

/// Writes the answers of `/api/v1/allmetrics`: the newest values of all charts
/// of a host as Prometheus text, JSON or shell variables. Pure.

#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "actors/http/api_query.hpp"
#include "actors/storage/traffic.hpp"

namespace tributary {

/// One host of an answer.
struct metrics_source {
  /// Never null.
  const host_latest* of = nullptr;
  /// Value of the label `instance`; empty: no such label.
  std::string instance;
};

/// A value that was read longer ago is left out: it would look like a new one.
/// Of a chart with a long step, three steps.
constexpr int64_t metrics_age_seconds_max = 30;

/// The longest answer; one that would be longer is refused.
constexpr size_t metrics_bytes_max = 64u << 20;

/// Prometheus' text format: each name once, with all of its samples behind it.
/// Yields `ec::too_large`.
caf::expected<std::string>
render_prometheus(const std::vector<metrics_source>& from,
                  const metrics_request& what, unix_ms now);

/// An object by chart id; values as `/api/v1/data` shows them.
caf::expected<std::string> render_metrics_json(const host_latest& from,
                                               const metrics_request& what,
                                               unix_ms now);

/// `PREFIX_CHART_DIMENSION="value"` lines, values as whole numbers.
caf::expected<std::string> render_metrics_shell(const host_latest& from,
                                                const metrics_request& what,
                                                unix_ms now);

} // namespace tributary
