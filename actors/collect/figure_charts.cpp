#include "actors/collect/figure_charts.hpp"

#include <algorithm>
#include <utility>

namespace tributary {

figure_charts::figure_charts(std::vector<figure_chart_row> table) {
  charts_.reserve(table.size());
  for (auto& row : table) {
    std::vector<dimension> dimensions;
    for (auto& figure : row.figures) {
      auto& key = keys_.emplace_back(std::move(figure.key));
      places_.emplace(key, place{charts_.size(), dimensions.size()});
      dimensions.push_back(std::move(figure.what));
    }
    auto count = dimensions.size();
    charts_.push_back(
        {held_chart{define_chart(std::move(row.heading), std::move(dimensions)),
                    row.presence},
         std::vector<std::optional<int64_t>>(count)});
  }
}

void figure_charts::begin_round() noexcept {
  noted_count_ = 0;
  for (auto& x : charts_)
    std::fill(x.values.begin(), x.values.end(), std::nullopt);
}

void figure_charts::note(std::string_view key, std::optional<int64_t> value) {
  auto [begin, end] = places_.equal_range(key);
  if (begin != end && value)
    ++noted_count_;
  for (auto i = begin; i != end; ++i)
    charts_[i->second.chart].values[i->second.dimension] = value;
}

void figure_charts::note_missing(std::string_view key, int64_t value) {
  auto [begin, end] = places_.equal_range(key);
  for (auto i = begin; i != end; ++i) {
    auto& held = charts_[i->second.chart].values[i->second.dimension];
    if (!held)
      held = value;
  }
}

void figure_charts::end_round(std::vector<chart_reading>& readings) {
  for (auto& x : charts_)
    x.chart.give(x.values, readings);
}

figure_row gauge_of(std::string_view key, value_scale factor) {
  return {std::string{key}, make_gauge(std::string{key}, factor)};
}

figure_row gauge_of(std::string_view key, std::string id, value_scale factor) {
  return {std::string{key}, make_gauge(std::move(id), factor)};
}

figure_row counter_of(std::string_view key, value_scale factor) {
  return {std::string{key}, make_counter(std::string{key}, factor)};
}

figure_row counter_of(std::string_view key, std::string name,
                      value_scale factor) {
  return counter_of(key, std::string{key}, std::move(name), factor);
}

figure_row counter_of(std::string_view key, std::string id, std::string name,
                      value_scale factor) {
  return {std::string{key},
          with_name(make_counter(std::move(id), factor), std::move(name))};
}

} // namespace tributary
