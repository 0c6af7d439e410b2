#include "actors/storage/queries.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tributary {

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

/// Whether `text` matches `pattern`, in which `*` stands for any text. Goes
/// back to the last star only, so that no pattern takes long.
bool matches(std::string_view pattern, std::string_view text) {
  constexpr auto none = std::string_view::npos;
  size_t p = 0;
  size_t t = 0;
  size_t star = none;
  size_t taken_to = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken_to = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != none) {
      p = star + 1;
      t = ++taken_to;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == none;
}

/// Same for every step and tier: what a group of values comes to.
struct accumulator {
  double min = 0;
  double max = 0;
  double sum = 0;
  uint64_t count = 0;

  void add(double x) {
    min = count == 0 ? x : std::min(min, x);
    max = count == 0 ? x : std::max(max, x);
    sum += x;
    ++count;
  }

  double value(grouping group) const {
    if (count == 0)
      return gap;
    switch (group) {
    case grouping::average:
      return sum / static_cast<double>(count);
    case grouping::min:
      return min;
    case grouping::max:
      return max;
    case grouping::sum:
      return sum;
    }
    return gap;
  }
};

double scaled(int64_t stored, const dimension& of) {
  auto result = static_cast<double>(stored);
  if (of.multiplier != 1)
    result *= static_cast<double>(of.multiplier);
  return of.divisor == 1 ? result : result / static_cast<double>(of.divisor);
}

bool is_percentage(algorithm x) {
  return x == algorithm::percentage_of_absolute_row
         || x == algorithm::percentage_of_incremental_row;
}

/// Rows under construction: only from the first row with data to the last.
class table_builder {
public:
  table_builder(const query_range& range, grouping group, query_answer& out)
      : range_(range), group_(group), out_(out), row_(out.dimensions.size()) {
    // nop
  }

  void add(tick t, const std::vector<double>& shown) {
    if (range_.per_row == 1) {
      add_row(t, shown);
      return;
    }
    auto end = row_end(t);
    if (end != end_)
      start_row(end);
    for (size_t i = 0; i < row_.size(); ++i)
      if (!std::isnan(shown[out_.dimensions[i]]))
        row_[i].add(shown[out_.dimensions[i]]);
  }

  void finish() {
    if (end_ == 0 || range_.per_row == 1)
      return;
    out_.times.push_back(std::min(end_, range_.to));
    for (auto& x : row_)
      out_.values.push_back(x.value(group_));
  }

private:
  /// Rows end at multiples of the row length, so that they stay the same from
  /// one query to the next.
  tick row_end(tick t) const {
    return (t + range_.per_row - 1) / range_.per_row * range_.per_row;
  }

  void start_row(tick end) {
    finish();
    add_gaps(end);
    end_ = end;
    row_.assign(row_.size(), accumulator{});
  }

  /// A row of one slot: whatever the grouping, its values are what is shown.
  void add_row(tick t, const std::vector<double>& shown) {
    add_gaps(t);
    end_ = t;
    out_.times.push_back(t);
    for (auto i : out_.dimensions)
      out_.values.push_back(shown[i]);
  }

  /// Rows between that hold nothing are gaps, not missing.
  void add_gaps(tick end) {
    for (auto t = end_ + range_.per_row; end_ != 0 && t < end;
         t += range_.per_row) {
      out_.times.push_back(t);
      out_.values.insert(out_.values.end(), row_.size(), gap);
    }
  }

  query_range range_;
  grouping group_;
  query_answer& out_;
  std::vector<accumulator> row_;
  tick end_ = 0;
};

} // namespace

const char* to_string(grouping x) noexcept {
  switch (x) {
  case grouping::average:
    return "average";
  case grouping::min:
    return "min";
  case grouping::max:
    return "max";
  case grouping::sum:
    return "sum";
  }
  return "unknown";
}

caf::expected<query_range> resolve_range(const query_request& what, tick newest,
                                         tick now) {
  query_range result;
  result.to = what.before > 0    ? what.before
              : what.before == 0 ? (newest == 0 ? now : newest)
                                 : now + what.before;
  result.from = what.after > 0 ? what.after : result.to + what.after;
  auto slots = result.to - result.from;
  if (slots <= 0 && what.before != 0)
    return make_error(ec::bad_request, "after: is not earlier than before");
  if (slots <= 0) // nothing is newer than `after` yet
    return query_range{result.to, result.to, 1};
  if (slots > query_slots_max)
    return make_error(ec::bad_request,
                      "after: the range is longer than 31 days");
  if (what.points > query_points_max)
    return make_error(ec::bad_request, "points: at most 20000");
  auto points = what.points == 0 ? std::min<int64_t>(slots, query_points_max)
                                 : static_cast<int64_t>(what.points);
  result.per_row = std::max<int64_t>(1, (slots + points - 1) / points);
  // Rows end at multiples of their length: the first one gives way when the
  // range would touch one row more than was asked for.
  auto end = (result.to + result.per_row - 1) / result.per_row * result.per_row;
  result.from = std::max(result.from, end - points * result.per_row);
  return result;
}

caf::expected<std::vector<size_t>>
matching_dimensions(const chart& x, const std::vector<std::string>& names) {
  auto count = x.dimensions.size();
  std::vector<bool> is_named(count, names.empty());
  for (auto& pattern : names) {
    auto any = false;
    for (size_t i = 0; i < count; ++i) {
      auto& d = x.dimensions[i];
      if (!matches(pattern, d.id) && !matches(pattern, d.name))
        continue;
      is_named[i] = true;
      any = true;
    }
    if (!any)
      return make_error(ec::not_found, "dimension " + pattern + " of " + x.id);
  }
  std::vector<size_t> result;
  for (size_t i = 0; i < count; ++i)
    if (is_named[i])
      result.push_back(i);
  return result;
}

void shown_values(const chart& of, const std::vector<int64_t>& stored,
                  const std::vector<bool>& present,
                  std::vector<double>& shown) {
  auto count = of.dimensions.size();
  shown.assign(count, gap);
  double row_sum = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!present[i])
      continue;
    auto& d = of.dimensions[i];
    shown[i] = scaled(stored[i], d);
    if (is_percentage(d.algorithm))
      row_sum += shown[i];
    else if (d.algorithm == algorithm::incremental)
      shown[i] /= of.step;
  }
  for (size_t i = 0; i < count; ++i)
    if (present[i] && is_percentage(of.dimensions[i].algorithm))
      shown[i] = row_sum == 0 ? 0 : shown[i] * 100 / row_sum;
}

void fill_table(const std::vector<window_table>& windows,
                const query_range& range, grouping group,
                query_answer& answer) {
  auto& of = *answer.chart;
  table_builder table{range, group, answer};
  std::vector<int64_t> stored(of.dimensions.size());
  std::vector<bool> present(of.dimensions.size());
  std::vector<double> shown;
  for (auto& window : windows) {
    auto found = window.charts().find(of.id);
    if (found == window.charts().end())
      continue;
    auto& columns = found->second;
    // One a dimension; null where the window's definition lacks it.
    std::vector<const window_column*> places;
    for (auto& d : of.dimensions) {
      auto at = dimension_index(*columns.chart, d.id);
      places.push_back(at < columns.columns.size() ? &columns.columns[at]
                                                   : nullptr);
    }
    auto begin = std::max<tick>(range.from + 1 - window.start(), 0);
    auto end = std::min<tick>(range.to + 1 - window.start(),
                              static_cast<tick>(window.slots()));
    for (auto slot = static_cast<size_t>(begin); static_cast<tick>(slot) < end;
         ++slot) {
      if (window.epochs()[slot] == 0)
        continue;
      auto any = false;
      for (size_t i = 0; i < places.size(); ++i) {
        present[i] = places[i] != nullptr && bit_at(places[i]->present, slot);
        any = any || present[i];
        stored[i] = present[i] ? places[i]->values[slot] : 0;
      }
      if (!any)
        continue;
      shown_values(of, stored, present, shown);
      table.add(window.start() + static_cast<tick>(slot), shown);
    }
  }
  table.finish();
}

} // namespace tributary
