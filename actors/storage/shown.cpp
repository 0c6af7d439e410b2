#include "actors/storage/shown.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "schema/real.hpp"

namespace tributary {

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// Slots `[begin, end)` that an epoch covers; all of a window, mostly.
bool covers_all(const window_table& window, size_t begin, size_t end) {
  auto first = window.epochs().begin();
  return std::find(first + static_cast<std::ptrdiff_t>(begin),
                   first + static_cast<std::ptrdiff_t>(end), epoch_number{0})
         == first + static_cast<std::ptrdiff_t>(end);
}

/// NaN at the slots that are absent.
void make_gaps(const std::vector<uint64_t>& present, size_t begin, size_t end,
               double* to) {
  for (auto slot = begin; slot < end;) {
    auto word = present[slot / 64] >> (slot % 64);
    auto bits = std::min<size_t>(64 - slot % 64, end - slot);
    auto all = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
    for (auto absent = ~word & all; absent != 0; absent &= absent - 1)
      to[slot - begin + static_cast<size_t>(__builtin_ctzll(absent))] = gap;
    slot += bits;
  }
}

void scale(const int64_t* stored, size_t count, const shown_scale& by,
           double* to) {
  if (by.is_real) {
    for (size_t i = 0; i < count; ++i)
      to[i] = by.of(real_of(stored[i]));
    return;
  }
  if (by.multiplier == 1 && by.divisor == 1 && by.step == 1)
    for (size_t i = 0; i < count; ++i)
      to[i] = static_cast<double>(stored[i]);
  else if (by.multiplier == 1 && by.step == 1)
    for (size_t i = 0; i < count; ++i)
      to[i] = static_cast<double>(stored[i]) / by.divisor;
  else
    for (size_t i = 0; i < count; ++i)
      to[i] = by.of(static_cast<double>(stored[i]));
}

/// Sums of the rows of percentages, and those instead of their weights.
void make_shares(const chart& of, const std::vector<bool>& wanted,
                 point_run& run) {
  std::vector<double> sums(run.size, 0);
  for (size_t d = 0; d < of.dimensions.size(); ++d) {
    if (!is_share_of_row(of.dimensions[d].algorithm))
      continue;
    auto& column = run.columns[d].sum;
    for (size_t i = 0; i < column.size(); ++i)
      sums[i] += std::isnan(column[i]) ? 0 : column[i];
  }
  for (size_t d = 0; d < of.dimensions.size(); ++d) {
    if (!is_share_of_row(of.dimensions[d].algorithm))
      continue;
    auto& column = run.columns[d].sum;
    if (!wanted[d])
      column.clear();
    for (size_t i = 0; i < column.size(); ++i)
      if (!std::isnan(column[i]))
        column[i] = sums[i] == 0 ? 0 : column[i] * 100 / sums[i];
  }
}

} // namespace

shown_scale::shown_scale(const chart& of, size_t d)
    : multiplier(static_cast<double>(of.dimensions[d].multiplier)),
      divisor(static_cast<double>(of.dimensions[d].divisor)),
      step(of.dimensions[d].algorithm == algorithm::incremental ? of.step : 1),
      is_real(of.dimensions[d].algorithm == algorithm::real) {
  // nop
}

void shown_slots(const window_table& window, const window_chart& of, tick from,
                 tick to, const std::vector<bool>& wanted, point_run& run) {
  auto begin = static_cast<size_t>(std::max<tick>(from - window.start(), 0));
  auto end = static_cast<size_t>(std::clamp<tick>(
      to + 1 - window.start(), 0, static_cast<tick>(window.slots())));
  begin = std::min(begin, end);
  run.first_end = window.start() + static_cast<tick>(begin);
  run.step = 1;
  run.covers = of.chart->step;
  run.size = end - begin;
  run.counted = point_run{}.counted; // whatever points it had before
  run.columns.resize(of.columns.size());
  std::vector<uint64_t> covered;
  if (!covers_all(window, begin, end)) {
    covered.assign(bitmap_words(window.slots()), 0);
    for (auto slot = begin; slot < end; ++slot)
      if (window.epochs()[slot] != 0)
        set_bit(covered, slot);
  }
  auto any_share = false;
  for (size_t d = 0; d < of.columns.size(); ++d) {
    auto& column = run.columns[d];
    column.min.clear();
    column.max.clear();
    column.count.clear();
    auto is_share = is_share_of_row(of.chart->dimensions[d].algorithm);
    any_share = any_share || is_share;
    if (!wanted[d] && !is_share) {
      column.sum.clear();
      continue;
    }
    column.sum.resize(run.size);
    scale(of.columns[d].values.data() + begin, run.size,
          shown_scale{*of.chart, d}, column.sum.data());
    make_gaps(of.columns[d].present, begin, end, column.sum.data());
    if (!covered.empty())
      make_gaps(covered, begin, end, column.sum.data());
  }
  if (any_share)
    make_shares(*of.chart, wanted, run);
}

} // namespace tributary
