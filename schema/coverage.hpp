#pragma once

/// Which ticks of a host are here: sorted disjoint runs, each of one epoch.
/// What is exchanged when a link opens, and what tells which ticks a peer is
/// owed.

#include <utility>
#include <vector>

#include "schema/types.hpp"

namespace tributary {

/// Ticks from..to, both inclusive; none beyond `tick_max`.
struct tick_range {
  tick from = 0;
  tick to = 0;

  friend bool operator==(const tick_range& x, const tick_range& y) {
    return x.from == y.from && x.to == y.to;
  }
};

/// Sorted, disjoint, never touching ranges.
class tick_set {
public:
  void add(tick_range range);
  void remove(tick_range range);
  bool contains(tick t) const noexcept;

  /// Whether any tick of the range is in it.
  bool overlaps(tick_range range) const noexcept;

  /// Whether they share a tick.
  bool overlaps(const tick_set& other) const noexcept;

  /// The part of it that lies in a range.
  tick_set within(tick_range range) const;

  bool empty() const noexcept {
    return ranges_.empty();
  }

  /// Number of ticks in all ranges.
  int64_t count() const noexcept;

  const std::vector<tick_range>& ranges() const& noexcept {
    return ranges_;
  }

  /// Of a set that ends with the expression, as in the head of a loop, which
  /// would go on without it.
  std::vector<tick_range> ranges() && noexcept {
    return std::move(ranges_);
  }

private:
  std::vector<tick_range> ranges_;
};

/// Ticks from..to (inclusive) that an origin's life `epoch` sealed.
struct coverage_run {
  tick from = 0;
  tick to = 0;
  epoch_number epoch = 0;

  friend bool operator==(const coverage_run& x, const coverage_run& y) {
    return x.from == y.from && x.to == y.to && x.epoch == y.epoch;
  }
};

class coverage {
public:
  /// Adds a run; where runs overlap the higher epoch holds.
  void add(coverage_run run);

  /// The epoch that holds at `t`, 0 when the tick is not here.
  epoch_number epoch_at(tick t) const noexcept;

  bool contains(tick t) const noexcept {
    return epoch_at(t) != 0;
  }

  /// The last covered tick, 0 when empty.
  tick newest() const noexcept;

  /// The first covered tick, 0 when empty.
  tick oldest() const noexcept;

  /// Number of covered ticks.
  int64_t count() const noexcept;

  /// Of the ticks here the `count` that were sealed last: those of the highest
  /// epochs, whatever clocks said.
  tick_set last(int64_t count) const;

  /// What is here and `other` lacks or has only of a lower epoch.
  tick_set missing_in(const coverage& other) const;

  /// Drops the ticks of a range.
  void remove(tick_range range);

  /// Drops every tick before `t`, as retention does.
  void drop_before(tick t);

  /// The part of it that lies in a range.
  std::vector<coverage_run> runs_in(tick_range range) const;

  /// Makes a range what `runs_in` said that it was.
  void restore(tick_range range, const std::vector<coverage_run>& before);

  const std::vector<coverage_run>& runs() const& noexcept {
    return runs_;
  }

  /// As `tick_set::ranges`.
  std::vector<coverage_run> runs() && noexcept {
    return std::move(runs_);
  }

private:
  using place = std::vector<coverage_run>::const_iterator;

  /// Puts `next` in the place of the runs from `first` to before `last`.
  void replace(place first, place last, const std::vector<coverage_run>& next);

  std::vector<coverage_run> runs_;
};

} // namespace tributary
