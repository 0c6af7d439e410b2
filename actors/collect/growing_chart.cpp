#include "actors/collect/growing_chart.hpp"

#include <utility>

namespace tributary {

growing_chart::growing_chart(chart_heading heading)
    : heading_(std::move(heading)) {}

size_t growing_chart::add(dimension what) {
  counters_.push_back({std::move(what), std::nullopt, std::nullopt, false});
  return counters_.size() - 1;
}

void growing_chart::end_round(std::vector<chart_reading>& readings) {
  auto waiting = false;
  for (auto& x : counters_)
    waiting = waiting || (!x.shown && x.value.value_or(0) > 0);
  if (rounds_left_ > 0)
    --rounds_left_;
  auto is_new
      = waiting && rounds_left_ == 0 && shown_count_ < chart_dimensions_max;
  if (is_new)
    define();
  chart_reading reading;
  reading.chart = chart_;
  reading.values.reserve(shown_count_);
  auto is_set = false;
  for (auto& x : counters_) {
    if (x.shown) {
      reading.values.push_back(x.value);
      is_set = is_set || x.value;
      if (is_new)
        reading.before.push_back(x.before);
    }
    x.before = std::exchange(x.value, std::nullopt);
  }
  if (is_set)
    readings.push_back(std::move(reading));
}

void growing_chart::define() {
  std::vector<dimension> dimensions;
  for (auto& x : counters_) {
    if (!x.shown && x.value.value_or(0) > 0
        && shown_count_ < chart_dimensions_max) {
      x.shown = true;
      ++shown_count_;
    }
    if (x.shown)
      dimensions.push_back(x.what);
  }
  chart_ = define_chart(heading_, std::move(dimensions));
  rounds_left_ = rounds_between_min;
}

} // namespace tributary
