#include "actors/collect/held_chart.hpp"

#include <algorithm>
#include <utility>

namespace tributary {

held_chart::held_chart(chart_ptr chart, chart_presence presence)
    : chart_(std::move(chart)),
      withheld_(presence == chart_presence::once_not_zero) {}

void held_chart::give(const std::vector<std::optional<int64_t>>& values,
                      std::vector<chart_reading>& readings) {
  if (std::none_of(values.begin(), values.end(),
                   [](auto& x) { return x.has_value(); })) {
    skip();
    return;
  }
  if (!withheld_) {
    readings.push_back({chart_, values});
    return;
  }
  if (std::all_of(values.begin(), values.end(),
                  [](auto& x) { return x.value_or(0) == 0; })) {
    before_ = values;
    return;
  }
  withheld_ = false;
  readings.push_back({chart_, values, std::move(before_)});
  skip();
}

} // namespace tributary
