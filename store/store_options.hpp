#pragma once

/// How a store is opened.

#include "store/lmdb.hpp"
#include "store/retention.hpp"

namespace tributary {

struct store_options {
  lmdb::environment_options environment;
  /// Of tier 0.
  block_retention retention;
  further_retention further;
  /// Tiers that are made and kept, 1 to 3. Those beyond go, a few blocks a
  /// commit; made again they begin with what is stored from then on.
  unsigned tiers = tier_count;
  /// For a store that is made or that had no tiers; others have theirs.
  tier_steps steps;
  /// Windows that are prepared and wait for a commit, at most, and so the most
  /// that one commit writes; those behind them wait as they came. Windows whose
  /// late rows no journal could give again are prepared whatever their number:
  /// acks wait for them, and few hosts have one.
  size_t windows_per_commit_max = 8;
  /// No further one is prepared while they have this many bytes: memory, and
  /// what a commit has to put at once.
  size_t prepared_bytes_max = 8u << 20;
  /// Late rows that rest or are merged, bytes: 3,000 rows of 1,400 columns. The
  /// journal ends before the first row beyond, and so the acks, until there is
  /// room; senders then have no credit.
  size_t late_bytes_max = 32u << 20;
  /// Nothing is kept for its own sake: no tiers, no retention but `let_go`,
  /// and no room made in what somebody waits for.
  bool passes_on = false;
};

} // namespace tributary
