#pragma once

/// Which rows an answer has, and which tier each part of them is read from.
/// Pure.

#include <vector>

#include "actors/storage/queries.hpp"

namespace tributary {

/// Ticks after `from` (exclusive) to `to` (inclusive) in rows of `per_row`
/// seconds, which end at multiples of it, moved by `phase`.
struct query_range {
  tick from = 0;
  tick to = 0;
  int64_t per_row = 1;
  /// Second at which some row ends.
  int64_t phase = 0;

  /// End of the row that `t` falls into; may lie behind `to`.
  tick row_end(tick t) const noexcept {
    auto offset = (t - phase) % per_row;
    if (offset == 0)
      return t;
    return t - offset + (offset < 0 ? 0 : per_row);
  }

  /// Rows that it touches; 0 when it holds nothing.
  int64_t rows() const noexcept {
    return from >= to ? 0 : (row_end(to) - row_end(from + 1)) / per_row + 1;
  }
};

/// A tier of a host as it stands.
struct tier_standing {
  /// Seconds of a point.
  int64_t step = 1;
  /// Second at which some point ends.
  tick phase = 0;
  /// Ticks that its points tell of: from `from` (inclusive) to `to`
  /// (inclusive); none where it is before.
  tick from = 0;
  tick to = -1;
};

/// What is read from one tier: ticks `from` to `to`, both inclusive.
struct query_piece {
  unsigned tier = 0;
  tick from = 0;
  tick to = 0;
};

/// Resolves relative times and cuts rows, as if there were only tier 0. Yields
/// `ec::bad_request` beyond the bounds.
caf::expected<query_range> resolve_range(const query_request& what, tick newest,
                                         tick now);

/// The coarsest tier whose points are no longer than a row; the one that was
/// asked for where one was. Yields `ec::bad_request` for one that is not there.
caf::expected<unsigned> choose_tier(const query_request& what,
                                    const query_range& range,
                                    const std::vector<tier_standing>& tiers);

/// Makes the rows whole numbers of the tier's points and of `chart_step`
/// seconds, by which there may be fewer of them.
query_range fitted_range(const query_request& what, query_range range,
                         const tier_standing& tier, int64_t chart_step);

/// Where each tick is read, ascending: from `preferred` where it has whole
/// points, else from finer tiers, else from coarser ones, of whose points a
/// part counts.
/// @param only whether other tiers than `preferred` are left out.
std::vector<query_piece> plan_pieces(const query_range& range,
                                     const std::vector<tier_standing>& tiers,
                                     unsigned preferred, bool only);

} // namespace tributary
