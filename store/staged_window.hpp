#pragma once

/// What waits in the store for a commit.

#include <memory>

#include "store/preparation.hpp"

namespace tributary {

/// A window on its way to its stored bytes.
struct staged_window : window_parts {
  /// Goes in no commit whose journal ends before this.
  journal_position needs = 0;
  /// See `closed_mark`.
  bool is_ahead = false;
  /// Of a host that is only passed on: it has no points.
  bool is_passed_on = false;
  /// No commit takes the journal this far without this window; 0: any may.
  journal_position holds = 0;
  /// Of preparations: one of the same window with a lower number goes before.
  uint64_t order = 0;
  /// Null while more may join.
  std::unique_ptr<window_preparation> work;
  late_rest rest;

  bool is_late_alone() const noexcept {
    return !late.empty() && !closed && received.empty() && holds == 0;
  }

  /// Late rows that more are expected to join.
  bool rests() const noexcept {
    return is_late_alone() && !rest.is_over && !work;
  }

  bool is_prepared() const noexcept {
    return work && work->is_done();
  }

  bool goes_with(journal_position journal_end) const noexcept {
    return is_prepared() && needs <= journal_end;
  }
};

/// A host whose newest frames are late: what their deltas go back to.
struct late_chain {
  journal_position readable_from = 0;
  /// Since the last of them.
  unsigned commits = 0;
};

} // namespace tributary
