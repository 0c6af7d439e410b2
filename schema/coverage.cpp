#include "schema/coverage.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

namespace tributary {

// -- tick_set -----------------------------------------------------------------

namespace {

auto first_that_ends_from(const std::vector<tick_range>& ranges, tick t) {
  return std::lower_bound(ranges.begin(), ranges.end(), t,
                          [](auto& x, tick from) { return x.to < from; });
}

} // namespace

void tick_set::add(tick_range range) {
  if (range.to < range.from)
    return;
  auto first = std::lower_bound(ranges_.begin(), ranges_.end(), range.from,
                                [](auto& x, tick t) { return x.to + 1 < t; });
  auto last = first;
  while (last != ranges_.end() && last->from <= range.to + 1) {
    range.from = std::min(range.from, last->from);
    range.to = std::max(range.to, last->to);
    ++last;
  }
  ranges_.insert(ranges_.erase(first, last), range);
}

void tick_set::remove(tick_range range) {
  if (range.to < range.from)
    return;
  std::vector<tick_range> result;
  result.reserve(ranges_.size() + 1);
  for (auto& x : ranges_) {
    if (x.to < range.from || x.from > range.to) {
      result.push_back(x);
      continue;
    }
    if (x.from < range.from)
      result.push_back({x.from, range.from - 1});
    if (x.to > range.to)
      result.push_back({range.to + 1, x.to});
  }
  ranges_ = std::move(result);
}

bool tick_set::contains(tick t) const noexcept {
  auto i = std::upper_bound(ranges_.begin(), ranges_.end(), t,
                            [](tick x, auto& r) { return x < r.from; });
  return i != ranges_.begin() && t <= (i - 1)->to;
}

bool tick_set::overlaps(tick_range range) const noexcept {
  auto i = first_that_ends_from(ranges_, range.from);
  return i != ranges_.end() && i->from <= range.to && range.from <= range.to;
}

bool tick_set::overlaps(const tick_set& other) const noexcept {
  auto& few = ranges_.size() < other.ranges_.size() ? *this : other;
  auto& many = &few == this ? other : *this;
  return std::any_of(few.ranges_.begin(), few.ranges_.end(),
                     [&many](tick_range x) { return many.overlaps(x); });
}

tick_set tick_set::within(tick_range range) const {
  tick_set result;
  if (range.to < range.from)
    return result;
  for (auto i = first_that_ends_from(ranges_, range.from);
       i != ranges_.end() && i->from <= range.to; ++i)
    result.ranges_.push_back(
        {std::max(i->from, range.from), std::min(i->to, range.to)});
  return result;
}

int64_t tick_set::count() const noexcept {
  int64_t result = 0;
  for (auto& x : ranges_)
    result += x.to - x.from + 1;
  return result;
}

// -- coverage -----------------------------------------------------------------

namespace {

/// Appends `run`, joined to its neighbour where they touch with equal epochs.
void push_run(std::vector<coverage_run>& runs, coverage_run run) {
  if (run.to < run.from)
    return;
  if (!runs.empty() && runs.back().epoch == run.epoch
      && runs.back().to + 1 == run.from)
    runs.back().to = run.to;
  else
    runs.push_back(run);
}

} // namespace

void coverage::add(coverage_run run) {
  if (run.to < run.from || run.epoch == 0)
    return;
  if (runs_.empty() || run.from > runs_.back().to) {
    push_run(runs_, run);
    return;
  }
  // Those that it lies on or touches; a host may have thousands.
  auto first = std::lower_bound(runs_.cbegin(), runs_.cend(), run.from,
                                [](auto& x, tick t) { return x.to + 1 < t; });
  auto last = first;
  while (last != runs_.cend() && last->from <= run.to + 1)
    ++last;
  std::vector<coverage_run> result;
  tick next = run.from; // first tick of `run` that is not placed yet
  for (auto i = first; i != last; ++i) {
    auto& x = *i;
    if (x.to < run.from) {
      push_run(result, x);
      continue;
    }
    if (x.from > run.to || x.epoch >= run.epoch) {
      push_run(result, {next, std::min(run.to, x.from - 1), run.epoch});
      push_run(result, x);
    } else { // the part of `x` under `run` gives way
      push_run(result, {x.from, std::min(x.to, next - 1), x.epoch});
      push_run(result, {next, std::min(run.to, x.to), run.epoch});
      push_run(result, {std::max(x.from, run.to + 1), x.to, x.epoch});
    }
    next = std::max(next, std::min(x.to, run.to) + 1);
  }
  push_run(result, {next, run.to, run.epoch});
  replace(first, last, result);
}

void coverage::replace(place first, place last,
                       const std::vector<coverage_run>& next) {
  auto at = runs_.erase(first, last);
  runs_.insert(at, next.begin(), next.end());
}

epoch_number coverage::epoch_at(tick t) const noexcept {
  auto i = std::upper_bound(runs_.begin(), runs_.end(), t,
                            [](tick x, auto& r) { return x < r.from; });
  if (i == runs_.begin() || t > (i - 1)->to)
    return 0;
  return (i - 1)->epoch;
}

tick coverage::newest() const noexcept {
  return runs_.empty() ? 0 : runs_.back().to;
}

tick coverage::oldest() const noexcept {
  return runs_.empty() ? 0 : runs_.front().from;
}

int64_t coverage::count() const noexcept {
  int64_t result = 0;
  for (auto& x : runs_)
    result += x.to - x.from + 1;
  return result;
}

tick_set coverage::missing_in(const coverage& other) const {
  tick_set result;
  auto& theirs = other.runs_;
  size_t j = 0;
  for (auto& x : runs_) {
    tick next = x.from; // first tick of `x` that is not decided yet
    while (j < theirs.size() && theirs[j].to < x.from)
      ++j;
    for (auto k = j; k < theirs.size() && theirs[k].from <= x.to; ++k)
      if (theirs[k].epoch >= x.epoch) {
        result.add({next, theirs[k].from - 1});
        next = theirs[k].to + 1;
      }
    result.add({next, x.to});
  }
  return result;
}

tick_set coverage::last(int64_t count) const {
  auto runs = runs_;
  auto is_later = [](auto& x, auto& y) {
    return std::tie(x.epoch, x.from) > std::tie(y.epoch, y.from);
  };
  auto most = std::min(runs.size(), static_cast<size_t>(std::max<int64_t>(
                                        0, count))); // a tick each at least
  auto end = runs.begin() + static_cast<std::ptrdiff_t>(most);
  std::partial_sort(runs.begin(), end, runs.end(), is_later);
  tick_set result;
  for (auto i = runs.begin(); i != end && count > 0; ++i) {
    auto from = std::max(i->from, i->to - count + 1);
    result.add({from, i->to});
    count -= i->to - from + 1;
  }
  return result;
}

void coverage::remove(tick_range range) {
  if (range.to < range.from)
    return;
  auto first = std::lower_bound(runs_.cbegin(), runs_.cend(), range.from,
                                [](auto& x, tick t) { return x.to < t; });
  auto last = first;
  std::vector<coverage_run> result;
  for (; last != runs_.cend() && last->from <= range.to; ++last) {
    push_run(result,
             {last->from, std::min(last->to, range.from - 1), last->epoch});
    push_run(result,
             {std::max(last->from, range.to + 1), last->to, last->epoch});
  }
  replace(first, last, result);
}

void coverage::drop_before(tick t) {
  if (!runs_.empty())
    remove({std::min(oldest(), t), t - 1});
}

std::vector<coverage_run> coverage::runs_in(tick_range range) const {
  std::vector<coverage_run> result;
  auto i = std::lower_bound(runs_.begin(), runs_.end(), range.from,
                            [](auto& x, tick t) { return x.to < t; });
  for (; i != runs_.end() && i->from <= range.to; ++i)
    result.push_back(
        {std::max(i->from, range.from), std::min(i->to, range.to), i->epoch});
  return result;
}

void coverage::restore(tick_range range,
                       const std::vector<coverage_run>& before) {
  remove(range);
  for (auto& x : before)
    add(x);
}

} // namespace tributary
