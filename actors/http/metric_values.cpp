#include "actors/http/metric_values.hpp"

#include <algorithm>
#include <limits>

#include "actors/http/metric_text.hpp"
#include "schema/real.hpp"

namespace tributary {

namespace {

/// By arrival or by its own clock: after a restart nothing has arrived yet, and
/// a host's clock may be wrong.
bool is_fresh(const host_summary& host, unix_ms now) {
  constexpr auto limit = metrics_age_seconds_max * 1000;
  auto age = now - host.newest * 1000;
  return now - host.newest_arrival_ms <= limit
         || (age <= limit && age >= -limit);
}

} // namespace

metric_values::metric_values(const host_latest& from,
                             const metrics_request& what, unix_ms now)
    : from_(from),
      filter_(what.filter),
      filtered_(!what.filter.empty()),
      fresh_(from.host.columns_of
             && from.host.columns_of->epoch() == from.latest.epoch()
             && is_fresh(from.host, now)) {
  // nop
}

bool metric_values::is_wanted(const roster_entry& entry) const {
  auto& columns_of = *from_.host.columns_of;
  auto& of = *entry.chart;
  // A definition that a later one has replaced is no more.
  return columns_of.find(of.id)->first_column == entry.first_column
         && (!filtered_ || filter_.matches_any({of.id, of.name}));
}

const roster_entry* metric_values::next() {
  if (!fresh_)
    return nullptr;
  auto& charts = from_.host.columns_of->charts();
  while (next_ < charts.size()) {
    auto& entry = charts[next_++];
    auto count = entry.chart->dimensions.size();
    if (entry.first_column + count > from_.latest.ticks().size())
      return nullptr; // charts that no frame has yet
    bool fresh = false;
    for (size_t i = 0; i < count && !fresh; ++i)
      fresh = tick_of(entry, i) != 0;
    if (fresh && is_wanted(entry))
      return &entry;
  }
  return nullptr;
}

tick metric_values::tick_of(const roster_entry& chart, size_t dimension) const {
  auto result = from_.latest.ticks()[chart.first_column + dimension];
  auto limit
      = std::max(metrics_age_seconds_max, int64_t{chart.chart->step} * 3);
  return from_.latest.newest() - result > limit ? 0 : result;
}

void metric_values::shown(const roster_entry& chart,
                          std::vector<double>& to) const {
  auto& of = *chart.chart;
  auto count = of.dimensions.size();
  to.assign(count, std::numeric_limits<double>::quiet_NaN());
  auto is_share = [&](size_t i) {
    auto how = of.dimensions[i].algorithm;
    return how == algorithm::percentage_of_absolute_row
           || how == algorithm::percentage_of_incremental_row;
  };
  double row_sum = 0;
  for (size_t i = 0; i < count; ++i) {
    if (tick_of(chart, i) == 0)
      continue;
    auto column = chart.first_column + i;
    auto& sums = from_.sums;
    auto stored
        = number_of(of.dimensions[i].algorithm, from_.latest.values()[column]);
    if (column < sums.counts.size() && sums.counts[column] > 0)
      stored = sums.sums[column] / sums.counts[column];
    auto& d = of.dimensions[i];
    to[i] = stored * static_cast<double>(d.multiplier)
            / static_cast<double>(d.divisor);
    if (is_share(i))
      row_sum += to[i];
    else if (d.algorithm == algorithm::incremental)
      to[i] /= of.step;
  }
  for (size_t i = 0; i < count; ++i)
    if (is_share(i)) // a gap stays one
      to[i] = row_sum == 0 ? to[i] * 0 : to[i] * 100 / row_sum;
}

} // namespace tributary
