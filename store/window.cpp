#include "store/window.hpp"

#include <algorithm>
#include <cassert>

namespace tributary {

namespace {

void clear_slot(window_column& x, size_t slot) {
  auto mask = ~(uint64_t{1} << (slot % 64));
  x.values[slot] = 0;
  x.present[slot / 64] &= mask;
  if (!x.estimated.empty())
    x.estimated[slot / 64] &= mask;
}

window_column empty_column(size_t slots) {
  window_column result;
  result.values.assign(slots, 0);
  result.present.assign(bitmap_words(slots), 0);
  return result;
}

} // namespace

void set_slot(window_column& x, size_t slot, int64_t value, bool estimated) {
  if (bit_at(x.present, slot))
    return;
  x.values[slot] = value;
  set_bit(x.present, slot);
  if (!estimated)
    return;
  if (x.estimated.empty())
    x.estimated.assign(x.present.size(), 0);
  set_bit(x.estimated, slot);
}

size_t dimension_index(const chart& x, const std::string& dimension_id) {
  auto i = std::find_if(x.dimensions.begin(), x.dimensions.end(),
                        [&](auto& d) { return d.id == dimension_id; });
  return static_cast<size_t>(i - x.dimensions.begin());
}

window_table::window_table(tick start, uint16_t slots)
  : start_(start), epochs_(slots, 0) {
  // nop
}

bool window_table::claim(size_t slot, epoch_number epoch) {
  auto& held = epochs_[slot];
  if (held > epoch)
    return false;
  if (held != 0 && held < epoch)
    for (auto& kvp : charts_)
      for (auto& column : kvp.second.columns)
        clear_slot(column, slot);
  held = epoch;
  return true;
}

window_chart& window_table::chart_for(const chart_ptr& chart,
                                      epoch_number epoch) {
  auto i = charts_.find(chart->id);
  if (i == charts_.end())
    i = charts_.emplace(chart->id, window_chart{chart, epoch, {}}).first;
  auto& result = i->second;
  if (result.chart != chart && result.epoch <= epoch) {
    // The newer definition holds; dimensions that it lost stay behind its own.
    auto merged = std::make_shared<tributary::chart>(*chart);
    std::vector<window_column> columns(chart->dimensions.size());
    for (size_t d = 0; d < result.columns.size(); ++d) {
      auto& old = result.chart->dimensions[d];
      auto at = dimension_index(*merged, old.id);
      if (at == merged->dimensions.size()) {
        if (at == chart_dimensions_max)
          continue; // more names than a chart may have: the oldest go
        merged->dimensions.push_back(old);
        columns.emplace_back();
      }
      columns[at] = std::move(result.columns[d]);
    }
    if (merged->dimensions.size() == chart->dimensions.size())
      result.chart = chart;
    else
      result.chart = std::move(merged);
    result.columns = std::move(columns);
    result.epoch = epoch;
  } else if (result.chart != chart) {
    // An older definition: only dimensions that are not there are added.
    for (auto& x : chart->dimensions)
      if (dimension_index(*result.chart, x.id) == result.chart->dimensions.size()
          && result.chart->dimensions.size() < chart_dimensions_max) {
        auto merged = std::make_shared<tributary::chart>(*result.chart);
        merged->dimensions.push_back(x);
        result.chart = std::move(merged);
      }
  }
  result.columns.resize(result.chart->dimensions.size());
  for (auto& column : result.columns)
    if (column.values.empty())
      column = empty_column(epochs_.size());
  return result;
}

void window_table::merge(const window_table& other) {
  assert(start_ == other.start_ && slots() == other.slots());
  std::vector<bool> taken(slots(), false);
  for (size_t slot = 0; slot < slots(); ++slot)
    taken[slot] = other.epochs_[slot] != 0 && claim(slot, other.epochs_[slot]);
  for (auto& kvp : other.charts_) {
    auto& from = kvp.second;
    auto& to = chart_for(from.chart, from.epoch);
    for (size_t d = 0; d < from.columns.size(); ++d) {
      auto& source = from.columns[d];
      auto at = dimension_index(*to.chart, from.chart->dimensions[d].id);
      if (at == to.columns.size())
        continue;
      auto& target = to.columns[at];
      for (size_t slot = 0; slot < slots(); ++slot)
        if (taken[slot] && bit_at(source.present, slot))
          set_slot(target, slot, source.values[slot],
                   !source.estimated.empty()
                     && bit_at(source.estimated, slot));
    }
  }
}

std::vector<coverage_run> window_table::coverage_runs() const {
  std::vector<coverage_run> result;
  for (size_t slot = 0; slot < epochs_.size(); ++slot) {
    auto epoch = epochs_[slot];
    auto t = start_ + static_cast<tick>(slot);
    if (epoch == 0)
      continue;
    if (!result.empty() && result.back().epoch == epoch
        && result.back().to + 1 == t)
      result.back().to = t;
    else
      result.push_back({t, t, epoch});
  }
  return result;
}

bool window_table::empty() const {
  return std::all_of(epochs_.begin(), epochs_.end(),
                     [](auto x) { return x == 0; });
}

} // namespace tributary
