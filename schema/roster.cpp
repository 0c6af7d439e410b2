#include "schema/roster.hpp"

#include <algorithm>

namespace tributary {

uint32_t roster::append(chart_ptr chart) {
  auto first = columns();
  for (auto& x : chart->dimensions) {
    auto column = gauge_mask_.size();
    gauge_mask_.push_back(is_counter(x.algorithm) ? 0 : ~int64_t{0});
    if (x.algorithm != algorithm::real)
      continue;
    real_columns_.resize(column / 64 + 1, 0);
    real_columns_[column / 64] |= uint64_t{1} << column % 64;
  }
  // The key views the text of the chart that the entry keeps alive.
  by_id_.erase(chart->id);
  by_id_.emplace(chart->id, charts_.size());
  charts_.push_back({std::move(chart), first});
  return first;
}

const roster_entry* roster::find(std::string_view chart_id) const {
  auto i = by_id_.find(chart_id);
  return i == by_id_.end() ? nullptr : &charts_[i->second];
}

bool roster::is_prefix(uint32_t columns) const {
  if (columns == this->columns())
    return true;
  auto i = std::lower_bound(
      charts_.begin(), charts_.end(), columns,
      [](auto& x, uint32_t c) { return x.first_column < c; });
  return i != charts_.end() && i->first_column == columns;
}

} // namespace tributary
