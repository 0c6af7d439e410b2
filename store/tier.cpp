#include "store/tier.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <numeric>

#include "schema/real.hpp"

namespace tributary {

namespace {

/// Points of a block that a span of whole lower blocks comes nearest to.
constexpr uint32_t tier1_points = 360;
constexpr uint32_t tier2_points = 240;

/// The largest divisor of `x` that is at most `bound`.
uint32_t divisor_of(uint32_t x, uint32_t bound) {
  auto result = std::min(x, bound);
  while (x % result != 0)
    --result;
  return result;
}

/// Whole multiples of `unit` that come nearest to `wanted`, at least one.
uint32_t nearest_multiple(uint32_t unit, uint32_t wanted) {
  return unit * std::max<uint32_t>(1, (wanted + unit / 2) / unit);
}

tier_grid on_phase(const guid& host, uint32_t step, uint32_t span) {
  return {step, span, static_cast<tick>(host.low() % span)};
}

template <class F>
void for_each_part(tier_column& x, F f) {
  f(x.min);
  f(x.max);
  f(x.sum);
  f(x.count);
}

/// Copies `count` points.
void copy_points(const tier_column& from, size_t from_place, tier_column& to,
                 size_t to_place, size_t count) {
  auto copy = [=](const std::vector<int64_t>& x, std::vector<int64_t>& y) {
    std::copy_n(x.begin() + static_cast<long>(from_place), count,
                y.begin() + static_cast<long>(to_place));
  };
  copy(from.min, to.min);
  copy(from.max, to.max);
  copy(from.sum, to.sum);
  copy(from.count, to.count);
}

bool has_same_dimensions(const chart& x, const chart& y) {
  return std::equal(
      x.dimensions.begin(), x.dimensions.end(), y.dimensions.begin(),
      y.dimensions.end(), [](auto& a, auto& b) {
        return a.id == b.id && is_same_kind(a.algorithm, b.algorithm);
      });
}

} // namespace

tick tier_grid::block_start(tick t) const noexcept {
  auto offset = (t - phase) % span;
  return t - (offset < 0 ? offset + span : offset);
}

tier_grid grid_of(const host_definition& host, const tier_steps& steps,
                  unsigned tier) {
  auto window = host.window_seconds;
  if (tier == 0)
    return on_phase(host.id, 1, window);
  auto step1 = divisor_of(window, steps.tier1);
  // Blocks of tier 1 are whole windows and whole points of tier 2.
  auto factor = steps.tier2;
  auto points = std::lcm(window / step1, factor);
  if (points > tier_points_max) {
    factor = divisor_of(window / step1, factor);
    points = window / step1;
  }
  auto span1 = step1 * nearest_multiple(points, tier1_points);
  if (tier == 1)
    return on_phase(host.id, step1, span1);
  auto step2 = step1 * factor;
  return on_phase(host.id, step2,
                  nearest_multiple(span1, tier2_points * step2));
}

void tier_column::reset(size_t points) {
  for_each_part(*this, [&](auto& x) { x.assign(points, 0); });
}

tier_chart& tier_table::chart_for(const chart_ptr& chart, epoch_number epoch) {
  auto i = charts.find(chart->id);
  if (i == charts.end())
    i = charts.emplace(chart->id, tier_chart{chart, epoch, {}}).first;
  auto& result = i->second;
  if (result.chart != chart) {
    // Tier 0 joins definitions; one slot is enough to ask it.
    window_table joiner{1, 1};
    joiner.chart_for(result.chart, result.epoch);
    auto& joined = joiner.chart_for(chart, epoch);
    auto before = std::move(result.chart);
    result.chart = joined.chart;
    result.epoch = joined.epoch;
    if (!has_same_dimensions(*before, *result.chart)) {
      std::vector<tier_column> columns(result.chart->dimensions.size());
      for (size_t d = 0; d < result.columns.size(); ++d) {
        auto& was = before->dimensions[d];
        auto at = dimension_index(*result.chart, was.id);
        if (at != columns.size()
            && is_same_kind(result.chart->dimensions[at].algorithm,
                            was.algorithm))
          columns[at] = std::move(result.columns[d]);
      }
      result.columns = std::move(columns);
    }
  }
  result.columns.resize(result.chart->dimensions.size());
  for (auto& column : result.columns)
    if (column.count.empty())
      column.reset(points());
  return result;
}

void tier_table::add(const tier_table& other) {
  assert(step == other.step && (other.start - start) % step == 0);
  auto offset = (other.start - start) / static_cast<tick>(step);
  auto from = std::max<tick>(0, offset);
  auto to = std::min(static_cast<tick>(points()),
                     offset + static_cast<tick>(other.points()));
  if (from >= to)
    return;
  auto count = static_cast<size_t>(to - from);
  auto place = static_cast<size_t>(from);
  auto other_place = static_cast<size_t>(from - offset);
  std::copy_n(other.epochs.begin() + static_cast<long>(other_place), count,
              epochs.begin() + static_cast<long>(place));
  for (auto& kvp : other.charts) {
    auto& x = kvp.second;
    auto& ours = chart_for(x.chart, x.epoch);
    for (size_t d = 0; d < x.columns.size(); ++d) {
      auto& was = x.chart->dimensions[d];
      auto at = dimension_index(*ours.chart, was.id);
      if (at != ours.columns.size()
          && is_same_kind(ours.chart->dimensions[at].algorithm, was.algorithm))
        copy_points(x.columns[d], other_place, ours.columns[at], place, count);
    }
  }
}

void tier_table::clear(tick from, tick to) {
  auto begin = std::max<tick>(0, (from - start) / static_cast<tick>(step));
  auto end = std::min(static_cast<tick>(points()),
                      (to - start) / static_cast<tick>(step) + 1);
  if (to < start || begin >= end)
    return;
  auto wipe = [&](auto& x) {
    std::fill(x.begin() + static_cast<long>(begin),
              x.begin() + static_cast<long>(end), 0);
  };
  wipe(epochs);
  for (auto& kvp : charts)
    for (auto& column : kvp.second.columns)
      for_each_part(column, wipe);
}

shown_tier_point shown_point(const chart& of, size_t dimension,
                             const tier_column& column, size_t i) {
  constexpr auto nothing = std::numeric_limits<double>::quiet_NaN();
  if (column.count[i] == 0)
    return {nothing, nothing, nothing, 0};
  auto& d = of.dimensions[dimension];
  auto shown = [&](int64_t x) {
    auto result = number_of(d.algorithm, x);
    if (is_share_of_row(d.algorithm))
      return result / 1e6;
    if (d.multiplier != 1)
      result *= static_cast<double>(d.multiplier);
    if (d.divisor != 1)
      result /= static_cast<double>(d.divisor);
    return d.algorithm == algorithm::incremental ? result / of.step : result;
  };
  auto least = shown(column.min[i]);
  auto most = shown(column.max[i]);
  return {std::min(least, most), std::max(least, most), shown(column.sum[i]),
          column.count[i]};
}

} // namespace tributary
