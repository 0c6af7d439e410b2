/// The counting half of tier.hpp: slots and points into points.

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "schema/real.hpp"
#include "store/tier.hpp"

namespace tributary {

namespace {

__extension__ using wide = __int128;

constexpr auto int64_min = std::numeric_limits<int64_t>::min();
constexpr auto int64_max = std::numeric_limits<int64_t>::max();

/// Millionths in 100 per cent.
constexpr int64_t whole_row = 100'000'000;

wide size_of(wide x) {
  return x < 0 ? -x : x;
}

wide common_divisor(wide x, wide y) {
  while (y != 0)
    x = std::exchange(y, x % y);
  return size_of(x);
}

int64_t nearest_int64(wide x) {
  return static_cast<int64_t>(std::clamp<wide>(x, int64_min, int64_max));
}

/// Sums of at most `window_seconds_max` values within it stay in an int64.
constexpr int64_t safe_value = int64_max / window_seconds_max;

bool is_safe(int64_t least, int64_t most) {
  return least >= -safe_value && most <= safe_value;
}

/// A point of values that are all present. Two chains of each, as one waits for
/// itself.
void reduce_full(const int64_t* values, size_t count, tier_column& to,
                 size_t at) {
  auto least = values[0];
  auto most = values[0];
  auto least2 = values[count - 1];
  auto most2 = values[count - 1];
  uint64_t sum = 0;
  size_t i = 0;
  for (; i + 1 < count; i += 2) {
    auto x = values[i];
    auto y = values[i + 1];
    least = x < least ? x : least;
    most = x > most ? x : most;
    least2 = y < least2 ? y : least2;
    most2 = y > most2 ? y : most2;
    sum += static_cast<uint64_t>(x) + static_cast<uint64_t>(y);
  }
  if (i < count)
    sum += static_cast<uint64_t>(values[i]);
  least = std::min(least, least2);
  most = std::max(most, most2);
  to.min[at] = least;
  to.max[at] = most;
  to.count[at] = static_cast<int64_t>(count);
  to.sum[at]
      = is_safe(least, most)
            ? static_cast<int64_t>(sum)
            : nearest_int64(std::accumulate(values, values + count, wide{0}));
}

/// A point of what is present among `[begin, end)`.
void reduce_some(const window_column& from, size_t begin, size_t end,
                 tier_column& to, size_t at) {
  wide sum = 0;
  auto least = int64_max;
  auto most = int64_min;
  int64_t count = 0;
  for (auto w = begin / 64; w * 64 < end; ++w) {
    auto bits = from.present[w];
    if (w == begin / 64)
      bits &= ~uint64_t{0} << (begin % 64);
    if (w == end / 64)
      bits &= (uint64_t{1} << (end % 64)) - 1;
    for (; bits != 0; bits &= bits - 1) {
      auto x = from.values[w * 64 + static_cast<size_t>(__builtin_ctzll(bits))];
      least = std::min(least, x);
      most = std::max(most, x);
      sum += x;
      ++count;
    }
  }
  if (count == 0)
    return;
  to.min[at] = least;
  to.max[at] = most;
  to.sum[at] = nearest_int64(sum);
  to.count[at] = count;
}

size_t count_present(const window_column& x) {
  size_t result = 0;
  for (auto word : x.present)
    result += static_cast<size_t>(__builtin_popcountll(word));
  return result;
}

/// `to` has been reset.
void reduce(const window_column& from, uint32_t step, tier_column& to) {
  auto slots = from.values.size();
  auto present = count_present(from);
  if (present == 0)
    return;
  for (size_t at = 0; at < to.count.size(); ++at) {
    auto begin = at * step;
    auto end = std::min(slots, begin + step);
    if (present == slots)
      reduce_full(from.values.data() + begin, end - begin, to, at);
    else
      reduce_some(from, begin, end, to, at);
  }
}

/// The same of reals. Sums of doubles depend on their order, which is that of
/// the slots on every node.
void reduce_reals(const window_column& from, uint32_t step, tier_column& to) {
  for (size_t slot = 0; slot < from.values.size(); ++slot) {
    if ((from.present[slot / 64] >> slot % 64 & 1) == 0)
      continue;
    auto at = slot / step;
    auto x = from.values[slot];
    auto is_first = to.count[at]++ == 0;
    to.min[at] = is_first ? x : std::min(to.min[at], x);
    to.max[at] = is_first ? x : std::max(to.max[at], x);
    to.sum[at] = is_first ? x : ordered_bits(real_of(to.sum[at]) + real_of(x));
  }
}

/// Point `at` out of the points `[begin, end)`.
void reduce_points(const tier_column& from, algorithm how, size_t begin,
                   size_t end, tier_column& to, size_t at) {
  wide sum = 0;
  double real_sum = 0;
  for (auto i = begin; i < end; ++i) {
    if (from.count[i] == 0)
      continue;
    auto is_first = to.count[at] == 0;
    to.min[at] = is_first ? from.min[i] : std::min(to.min[at], from.min[i]);
    to.max[at] = is_first ? from.max[i] : std::max(to.max[at], from.max[i]);
    to.count[at] += from.count[i];
    sum += from.sum[i];
    real_sum
        = is_first ? real_of(from.sum[i]) : real_sum + real_of(from.sum[i]);
  }
  if (how == algorithm::real)
    to.sum[at] = to.count[at] == 0 ? 0 : ordered_bits(real_sum);
  else
    to.sum[at] = nearest_int64(sum);
}

// -- percentages --------------------------------------------------------------

/// Whole weights in the proportion of multiplier to divisor, 0 for dimensions
/// of another kind, none above 28 bits: 128 values of 63 bits times these times
/// 100 million stay within 127.
std::vector<int64_t> weights_of(const chart& of) {
  constexpr wide denominator_max = wide{1} << 62;
  constexpr wide weight_max = wide{1} << 28;
  wide denominator = 1;
  for (auto& d : of.dimensions)
    if (is_share_of_row(d.algorithm)) {
      auto x = size_of(d.divisor);
      denominator = denominator / common_divisor(denominator, x) * x;
      denominator = std::min(denominator, denominator_max);
    }
  std::vector<wide> exact;
  wide divisor = 0;
  wide most = 0;
  for (auto& d : of.dimensions) {
    auto x = is_share_of_row(d.algorithm)
                 ? denominator / d.divisor * d.multiplier
                 : wide{0};
    exact.push_back(x);
    divisor = common_divisor(divisor, x);
    most = std::max(most, size_of(x));
  }
  if (divisor == 0)
    divisor = 1;
  wide cut = 1;
  while (most / divisor / cut >= weight_max)
    cut *= 2;
  std::vector<int64_t> result;
  for (auto x : exact)
    result.push_back(static_cast<int64_t>(x / divisor / cut));
  return result;
}

template <class Int>
Int rounded(Int dividend, Int divisor) {
  auto result = dividend / divisor;
  auto rest = dividend % divisor;
  auto size = [](Int x) {
    return x < 0 ? -x : x;
  };
  if (size(rest) >= size(divisor) - size(rest)) // twice the rest, unbounded
    result += (dividend < 0) == (divisor < 0) ? 1 : -1;
  return result;
}

int64_t share_of(wide value, wide row) {
  if (row == 0)
    return 0;
  constexpr wide small = int64_max / whole_row;
  if (value >= -small && value <= small && row >= -int64_max
      && row <= int64_max) // divides several times faster
    return rounded<int64_t>(static_cast<int64_t>(value) * whole_row,
                            static_cast<int64_t>(row));
  return nearest_int64(rounded<wide>(value * whole_row, row));
}

} // namespace

std::vector<std::vector<int64_t>>
percentages_of(const chart& of, const std::vector<window_column>& columns) {
  auto weights = weights_of(of);
  std::vector<wide> rows;
  for (size_t d = 0; d < columns.size(); ++d) {
    auto& values = columns[d].values;
    rows.resize(values.size(), 0);
    for (size_t i = 0; weights[d] != 0 && i < values.size(); ++i)
      rows[i] += wide{values[i]} * weights[d]; // what is absent is 0
  }
  std::vector<std::vector<int64_t>> result(columns.size());
  for (size_t d = 0; d < columns.size(); ++d) {
    if (!is_share_of_row(of.dimensions[d].algorithm))
      continue;
    auto& values = columns[d].values;
    result[d].resize(values.size());
    for (size_t i = 0; i < values.size(); ++i)
      result[d][i] = share_of(wide{values[i]} * weights[d], rows[i]);
  }
  return result;
}

tier_table tier_of(const window_table& window, uint32_t step,
                   chart_range which) {
  tier_table result{window.start(), step,
                    (size_t{window.slots()} + step - 1) / step};
  for (size_t slot = 0; slot < window.slots(); ++slot) {
    auto& epoch = result.epochs[slot / step];
    epoch = std::max(epoch, window.epochs()[slot]);
  }
  auto& charts = window.charts();
  auto first
      = which.first.empty() ? charts.begin() : charts.lower_bound(which.first);
  for (auto i = first; i != charts.end() && which.contains(i->first); ++i) {
    auto& kvp = *i;
    auto& from = kvp.second;
    auto& of = *from.chart;
    auto& to = result.charts
                   .emplace_hint(result.charts.end(), kvp.first,
                                 tier_chart{from.chart, from.epoch, {}})
                   ->second;
    to.columns.resize(from.columns.size());
    for (auto& column : to.columns)
      column.reset(result.points());
    auto any_share
        = std::any_of(of.dimensions.begin(), of.dimensions.end(),
                      [](auto& d) { return is_share_of_row(d.algorithm); });
    auto shares = any_share ? percentages_of(of, from.columns)
                            : std::vector<std::vector<int64_t>>{};
    for (size_t d = 0; d < from.columns.size(); ++d) {
      if (!any_share || shares[d].empty()) {
        if (of.dimensions[d].algorithm == algorithm::real)
          reduce_reals(from.columns[d], step, to.columns[d]);
        else
          reduce(from.columns[d], step, to.columns[d]);
        continue;
      }
      window_column shown;
      shown.values = std::move(shares[d]);
      shown.present = from.columns[d].present;
      reduce(shown, step, to.columns[d]);
    }
  }
  return result;
}

tier_table coarser(const tier_table& from, uint32_t factor) {
  tier_table result{from.start, from.step * factor,
                    (from.points() + factor - 1) / factor};
  for (size_t i = 0; i < from.points(); ++i)
    result.epochs[i / factor]
        = std::max(result.epochs[i / factor], from.epochs[i]);
  for (auto& kvp : from.charts) {
    auto& x = kvp.second;
    auto& to = result.charts
                   .emplace_hint(result.charts.end(), kvp.first,
                                 tier_chart{x.chart, x.epoch, {}})
                   ->second;
    to.columns.resize(x.columns.size());
    for (size_t d = 0; d < x.columns.size(); ++d) {
      to.columns[d].reset(result.points());
      for (size_t i = 0; i < result.points(); ++i)
        reduce_points(x.columns[d], x.chart->dimensions[d].algorithm,
                      i * factor, std::min(from.points(), (i + 1) * factor),
                      to.columns[d], i);
    }
  }
  return result;
}

} // namespace tributary
