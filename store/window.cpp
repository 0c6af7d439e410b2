#include "store/window.hpp"

#include <algorithm>
#include <cassert>

#include "schema/real.hpp"

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

/// Adds the slots of `from` that are in `taken` and absent in `to`.
void add_slots(window_column& to, const window_column& from,
               const std::vector<uint64_t>& taken) {
  for (size_t w = 0; w < taken.size(); ++w)
    for (auto bits = from.present[w] & taken[w]; bits != 0; bits &= bits - 1) {
      auto slot = w * 64 + static_cast<size_t>(__builtin_ctzll(bits));
      set_slot(to, slot, from.values[slot],
               !from.estimated.empty() && bit_at(from.estimated, slot));
    }
}

/// The values that `from` had, in terms of `to`.
void convert(window_column& x, const dimension& from, const dimension& to) {
  if (!needs_conversion(from, to))
    return;
  for (size_t slot = 0; slot < x.values.size(); ++slot)
    if (bit_at(x.present, slot))
      x.values[slot] = converted(x.values[slot], from, to);
}

bool has_same_dimensions(const chart& x, const chart& y) {
  return std::equal(
      x.dimensions.begin(), x.dimensions.end(), y.dimensions.begin(),
      y.dimensions.end(),
      [](auto& a, auto& b) { return a.id == b.id && !needs_conversion(a, b); });
}

/// The newer definition with the dimensions of both, ascending by id. More
/// than a chart may have: those that only the older one knows go.
chart_ptr joined(const chart& newer, const chart& older) {
  auto result = std::make_shared<chart>(newer);
  auto& all = result->dimensions;
  for (auto& x : older.dimensions)
    if (dimension_index(newer, x.id) == newer.dimensions.size()
        && all.size() < chart_dimensions_max)
      all.push_back(x);
  std::sort(all.begin(), all.end(),
            [](auto& a, auto& b) { return a.id < b.id; });
  return result;
}

/// Gives `x` another definition; its columns follow their dimension ids.
void redefine(window_chart& x, const chart_ptr& next, epoch_number epoch) {
  auto before = x.chart;
  auto& newer = epoch >= x.epoch ? next : before;
  auto& older = epoch >= x.epoch ? before : next;
  x.epoch = std::max(x.epoch, epoch);
  if (has_same_dimensions(*newer, *older)) {
    x.chart = newer;
    return;
  }
  x.chart = joined(*newer, *older);
  std::vector<window_column> columns(x.chart->dimensions.size());
  for (size_t d = 0; d < x.columns.size(); ++d) {
    auto& was = before->dimensions[d];
    auto at = dimension_index(*x.chart, was.id);
    if (at == columns.size())
      continue;
    columns[at] = std::move(x.columns[d]);
    convert(columns[at], was, x.chart->dimensions[at]);
  }
  x.columns = std::move(columns);
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
  if (result.chart != chart)
    redefine(result, chart, epoch);
  result.columns.resize(result.chart->dimensions.size());
  for (auto& column : result.columns)
    if (column.values.empty())
      column = empty_column(epochs_.size());
  return result;
}

void window_table::merge(const window_table& other) {
  add_charts(other, claim_all(other));
}

void window_table::merge(window_table&& other) {
  auto taken = claim_all(other);
  auto takes_all = true;
  for (size_t slot = 0; slot < slots(); ++slot)
    takes_all = takes_all && (other.epochs_[slot] == 0 || bit_at(taken, slot));
  if (takes_all) // nothing of a new chart has to be left out
    charts_.merge(other.charts_);
  add_charts(other, taken);
}

std::vector<uint64_t> window_table::claim_all(const window_table& other) {
  assert(start_ == other.start_ && slots() == other.slots());
  std::vector<uint64_t> result(bitmap_words(slots()), 0);
  for (size_t slot = 0; slot < slots(); ++slot)
    if (other.epochs_[slot] != 0 && claim(slot, other.epochs_[slot]))
      set_bit(result, slot);
  return result;
}

void window_table::add_charts(const window_table& other,
                              const std::vector<uint64_t>& taken) {
  for (auto& kvp : other.charts_) {
    auto& from = kvp.second;
    auto& to = chart_for(from.chart, from.epoch);
    for (size_t d = 0; d < from.columns.size(); ++d) {
      auto& was = from.chart->dimensions[d];
      auto at = dimension_index(*to.chart, was.id);
      if (at == to.columns.size())
        continue;
      auto& is = to.chart->dimensions[at];
      if (!needs_conversion(was, is)) {
        add_slots(to.columns[at], from.columns[d], taken);
        continue;
      }
      auto column = from.columns[d];
      convert(column, was, is);
      add_slots(to.columns[at], column, taken);
    }
  }
}

window_table window_table::cut(tick start, uint16_t slots) const {
  window_table result{start, slots};
  auto offset = start - start_; // of slot 0 of the result, in slots of ours
  auto from = std::max<tick>(0, -offset);
  auto to = std::min<tick>(slots, static_cast<tick>(epochs_.size()) - offset);
  for (auto slot = from; slot < to; ++slot)
    result.epochs_[static_cast<size_t>(slot)]
        = epochs_[static_cast<size_t>(slot + offset)];
  for (auto& kvp : charts_) {
    auto& columns
        = result.chart_for(kvp.second.chart, kvp.second.epoch).columns;
    for (size_t d = 0; d < columns.size(); ++d)
      for (auto slot = from; slot < to; ++slot) {
        auto& source = kvp.second.columns[d];
        auto i = static_cast<size_t>(slot + offset);
        if (bit_at(source.present, i))
          set_slot(columns[d], static_cast<size_t>(slot), source.values[i],
                   !source.estimated.empty() && bit_at(source.estimated, i));
      }
  }
  return result;
}

std::vector<uint32_t> window_table::values_by_slot() const {
  std::vector<uint32_t> result(slots(), 0);
  for (auto& kvp : charts_)
    for (auto& column : kvp.second.columns)
      for (size_t w = 0; w < column.present.size(); ++w)
        for (auto bits = column.present[w]; bits != 0; bits &= bits - 1)
          ++result[w * 64 + static_cast<size_t>(__builtin_ctzll(bits))];
  return result;
}

std::vector<coverage_run>
coverage_runs_of(tick start, const std::vector<epoch_number>& epochs) {
  std::vector<coverage_run> result;
  for (size_t slot = 0; slot < epochs.size(); ++slot) {
    auto epoch = epochs[slot];
    auto t = start + static_cast<tick>(slot);
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

std::vector<coverage_run> window_table::coverage_runs() const {
  return coverage_runs_of(start_, epochs_);
}

bool window_table::empty() const {
  return std::all_of(epochs_.begin(), epochs_.end(),
                     [](auto x) { return x == 0; });
}

} // namespace tributary
