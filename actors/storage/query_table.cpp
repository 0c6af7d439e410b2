#include "actors/storage/query_table.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "store/window.hpp"

namespace tributary {

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// Rows that `ses` looks back over where rows are points, and at most.
constexpr int64_t smoothed_points_max = 15;

/// Whether a row of one value comes to that value.
bool keeps_single(grouping x) noexcept {
  switch (x) {
  case grouping::incremental_sum:
  case grouping::stddev:
  case grouping::cv:
  case grouping::ses:
  case grouping::des:
  case grouping::countif:
    return false;
  default:
    return true;
  }
}

void add_value(double x, row_totals& to) {
  if (to.count == 0) {
    to.min = to.max = to.first = x;
  } else {
    to.min = x < to.min ? x : to.min;
    to.max = x > to.max ? x : to.max;
  }
  to.sum += x;
  to.count += 1;
  to.last = x;
}

} // namespace

query_table::query_table(const query_request& what, const query_range& range,
                         chart_ptr definition, std::vector<bool> wanted)
    : rule_(what.group),
      range_(range),
      factor_(what.resample_seconds > 0
                  ? static_cast<double>(what.resample_seconds)
                  : 1),
      spreads_(!what.natural_points),
      finds_columns_(definition == nullptr),
      first_end_(range.row_end(range.from + 1)),
      rows_(range.rows()),
      first_row_(rows_),
      definition_(std::move(definition)) {
  if (!definition_)
    return;
  for (size_t d = 0; d < wanted.size(); ++d)
    if (wanted[d])
      new_column(definition_->dimensions[d]);
}

query_table::column& query_table::new_column(const dimension& of) {
  column result;
  result.name = {of.id, of.name, 0};
  result.values.assign(static_cast<size_t>(rows_), gap);
  columns_.push_back(std::move(result));
  return columns_.back();
}

const std::vector<bool>& query_table::wanted_of(const chart_ptr& of) {
  if (placed_ != of)
    place(of);
  return wanted_;
}

void query_table::place(const chart_ptr& of) {
  placed_ = of;
  places_.clear();
  wanted_.clear();
  for (auto& d : of->dimensions) {
    auto at = std::find_if(columns_.begin(), columns_.end(),
                           [&](auto& x) { return x.name.id == d.id; });
    if (at == columns_.end() && finds_columns_) {
      new_column(d);
      at = columns_.end() - 1;
    }
    wanted_.push_back(at != columns_.end());
    places_.push_back(wanted_.back() ? static_cast<int>(at - columns_.begin())
                                     : -1);
  }
  if (finds_columns_)
    definition_ = of;
}

void query_table::add(const chart_ptr& of, const point_run& run) {
  if (run.size == 0 || rows_ == 0)
    return;
  wanted_of(of);
  for (size_t d = 0; d < places_.size(); ++d)
    if (places_[d] >= 0 && !run.columns[d].sum.empty())
      add_column(run, run.columns[d],
                 columns_[static_cast<size_t>(places_[d])]);
}

void query_table::add_column(const point_run& run, const point_column& points,
                             column& to) {
  if (run.covers > range_.per_row && spreads_)
    return spread(run, points, to);
  auto smooths
      = rule_.function == grouping::ses || rule_.function == grouping::des;
  if (smooths && !to.smooth.begun) {
    auto count = range_.per_row / run.covers;
    to.smooth.share
        = 2.0
          / static_cast<double>(1
                                + (count <= 1
                                       ? smoothed_points_max
                                       : std::min(count, smoothed_points_max)));
  }
  if (run.step == range_.per_row && points.count.empty() && factor_ == 1
      && keeps_single(rule_.function))
    return copy(run, points, to);
  for (size_t i = 0; i < run.size;) {
    auto t = run.first_end + static_cast<tick>(i) * run.step;
    auto end = range_.row_end(std::min(t, range_.to));
    auto next = std::min(
        run.size,
        i + 1 + static_cast<size_t>(std::max<tick>(end - t, 0) / run.step));
    enter_row((end - first_end_) / range_.per_row, to);
    add_points(run, points, i, next, to);
    i = next;
  }
}

void query_table::copy(const point_run& run, const point_column& points,
                       column& to) {
  end_row(to);
  auto first = row_of(run.first_end);
  std::copy(points.sum.begin(), points.sum.end(), to.values.begin() + first);
  auto last = first + static_cast<int64_t>(run.size) - 1;
  for (; first <= last && first < first_row_
         && std::isnan(to.values[static_cast<size_t>(first)]);)
    ++first;
  first_row_ = std::min(first_row_, first <= last ? first : first_row_);
  for (; last > last_row_ && std::isnan(to.values[static_cast<size_t>(last)]);)
    --last;
  last_row_ = std::max(last_row_, last);
}

void query_table::spread(const point_run& run, const point_column& points,
                         column& to) {
  for (size_t i = 0; i < run.size; ++i) {
    if (std::isnan(points.sum[i]))
      continue;
    auto end = run.first_end + static_cast<tick>(i) * run.step;
    auto at
        = std::max({end - run.covers + 1, range_.from + 1, run.counted.from});
    for (end = std::min({end, range_.to, run.counted.to}); at <= end;) {
      auto row = range_.row_end(at);
      auto upto = std::min(row, end);
      enter_row((row - first_end_) / range_.per_row, to);
      add_share(points, i,
                static_cast<double>(upto - at + 1)
                    / static_cast<double>(run.covers),
                to);
      at = upto + 1;
    }
  }
}

void query_table::add_share(const point_column& points, size_t i, double share,
                            column& to) {
  auto count = points.count.empty() ? 1 : points.count[i];
  auto average = points.sum[i] / count;
  auto& totals = to.totals;
  auto is_first = totals.count == 0;
  auto low = points.min.empty() ? average : points.min[i];
  auto high = points.max.empty() ? average : points.max[i];
  totals.min = is_first ? low : std::min(totals.min, low);
  totals.max = is_first ? high : std::max(totals.max, high);
  totals.first = is_first ? average : totals.first;
  totals.last = average;
  totals.sum += points.sum[i] * share;
  totals.count += count * share;
  if (needs_values(rule_.function))
    to.singles.push_back(average);
  else if (rule_.function == grouping::ses || rule_.function == grouping::des)
    to.smooth.add(average, rule_.function == grouping::des);
}

void query_table::add_points(const point_run& run, const point_column& points,
                             size_t begin, size_t end, column& to) {
  auto is_plain = points.count.empty() && !needs_values(rule_.function)
                  && rule_.function != grouping::ses
                  && rule_.function != grouping::des;
  for (auto i = begin; i < end; ++i) {
    if (std::isnan(points.sum[i]))
      continue;
    if (is_plain) {
      add_value(points.sum[i], to.totals);
      continue;
    }
    auto last = run.first_end + static_cast<tick>(i) * run.step;
    auto counted = std::min(last, run.counted.to)
                   - std::max(last - run.covers + 1, run.counted.from) + 1;
    auto is_whole = points.count.empty() || counted >= run.covers;
    if (counted > 0 || is_whole)
      add_share(points, i,
                is_whole ? 1
                         : static_cast<double>(counted)
                               / static_cast<double>(run.covers),
                to);
  }
}

void query_table::enter_row(int64_t row, column& to) {
  if (to.row == row)
    return;
  end_row(to);
  to.row = row;
}

void query_table::end_row(column& to) {
  if (to.totals.count > 0) {
    auto value = grouped(rule_, to.totals, to.singles, to.smooth) * factor_;
    to.values[static_cast<size_t>(to.row)] = value;
    first_row_ = std::min(first_row_, to.row);
    last_row_ = std::max(last_row_, to.row);
  }
  to.totals = {};
  to.singles.clear();
}

void query_table::finish(query_answer& answer) {
  for (auto& x : columns_) {
    end_row(x);
    answer.columns.push_back(x.name);
  }
  if (last_row_ < first_row_)
    return;
  auto width = columns_.size();
  auto rows = static_cast<size_t>(last_row_ - first_row_ + 1);
  answer.times.reserve(rows);
  for (auto row = first_row_; row <= last_row_; ++row)
    answer.times.push_back(
        std::min(first_end_ + row * range_.per_row, range_.to));
  answer.values.resize(rows * width);
  std::vector<const double*> from;
  for (auto& x : columns_)
    from.push_back(x.values.data() + first_row_);
  auto to = answer.values.data();
  for (size_t row = 0; row < rows; ++row)
    for (auto column : from)
      *to++ = column[row];
}

} // namespace tributary
