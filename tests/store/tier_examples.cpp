#include "tests/store/tier_examples.hpp"

#include <algorithm>
#include <limits>

namespace tributary::examples {

namespace {

/// Sums without an end; long double has 64 bits, too few.
__extension__ using wide = __int128;

using place = std::tuple<tick, std::string, std::string>;

tick point_of(tick t, tick step, tick phase) {
  auto offset = (t - phase) % step;
  return t - (offset < 0 ? offset + step : offset);
}

class counter {
public:
  counter(tick step, tick phase) : step_(step), phase_(phase) {
    // nop
  }

  void add(const place& at, const tier_cell& x) {
    place point{point_of(std::get<0>(at), step_, phase_), std::get<1>(at),
                std::get<2>(at)};
    auto [i, is_new] = result_.emplace(point, x);
    sums_[point] += x.sum;
    if (is_new)
      return;
    i->second.min = std::min(i->second.min, x.min);
    i->second.max = std::max(i->second.max, x.max);
    i->second.count += x.count;
  }

  tier_cell_map take() {
    constexpr wide least = std::numeric_limits<int64_t>::min();
    constexpr wide most = std::numeric_limits<int64_t>::max();
    for (auto& kvp : sums_)
      result_[kvp.first].sum
          = static_cast<int64_t>(std::clamp(kvp.second, least, most));
    return std::move(result_);
  }

private:
  tick step_;
  tick phase_;
  tier_cell_map result_;
  std::map<place, wide> sums_;
};

std::string text_of(const tier_cell_map& cells, const place& at) {
  auto i = cells.find(at);
  if (i == cells.end())
    return "nothing";
  auto& x = i->second;
  return std::to_string(x.min) + ".." + std::to_string(x.max) + " sum "
         + std::to_string(x.sum) + " of " + std::to_string(x.count);
}

} // namespace

tier_cell_map cells_of(const tier_table& points) {
  tier_cell_map result;
  for (auto& kvp : points.charts)
    for (size_t d = 0; d < kvp.second.columns.size(); ++d) {
      auto& x = kvp.second.columns[d];
      for (size_t i = 0; i < points.points(); ++i)
        if (x.count[i] != 0)
          result[{points.start + static_cast<tick>(i) * points.step, kvp.first,
                  kvp.second.chart->dimensions[d].id}]
              = {x.min[i], x.max[i], x.sum[i], x.count[i]};
    }
  return result;
}

tier_cell_map count_points(const cell_map& slots, tick step, tick phase) {
  counter result{step, phase};
  for (auto& kvp : slots) {
    auto x = kvp.second.value;
    result.add(kvp.first, {x, x, x, 1});
  }
  return result.take();
}

tier_cell_map count_points(const tier_cell_map& points, tick step, tick phase) {
  counter result{step, phase};
  for (auto& kvp : points)
    result.add(kvp.first, kvp.second);
  return result.take();
}

std::string difference(const tier_cell_map& seen, const tier_cell_map& wanted) {
  std::map<place, int> places;
  for (auto& kvp : seen)
    places[kvp.first];
  for (auto& kvp : wanted)
    places[kvp.first];
  std::string result;
  size_t count = 0;
  for (auto& kvp : places) {
    auto x = text_of(seen, kvp.first);
    auto y = text_of(wanted, kvp.first);
    if (x != y && ++count <= 5)
      result += std::to_string(std::get<0>(kvp.first)) + ' '
                + std::get<1>(kvp.first) + '.' + std::get<2>(kvp.first) + ": "
                + x + ", not " + y + '\n';
  }
  if (count > 5)
    result += "and " + std::to_string(count - 5) + " more\n";
  return result;
}

} // namespace tributary::examples
