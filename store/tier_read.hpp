#pragma once

/// Reads the coarser tiers. What rests in blocks and what still waits in pieces
/// is one here: a caller sees points.

#include <caf/expected.hpp>

#include "store/records.hpp"
#include "store/tier_load.hpp"

namespace tributary {

/// From where to where a tier tells all that blocks of tier 0 told.
struct tier_extent {
  /// First tick that is complete: what is older was trimmed, or is from before
  /// the store had tiers.
  tick from = 0;
  /// First tick that is not: from here on the answer comes from tier 0 and hot
  /// rows. A multiple of neither step; points that it cuts are incomplete.
  tick to = 0;
};

/// Points of one host, as one transaction sees them. Must not outlive the
/// transaction and the layouts.
class tier_reader {
public:
  /// Yields `ec::not_found` when the store has no such host, `ec::corrupt`.
  static caf::expected<tier_reader>
  open(const lmdb::transaction& txn, layout_cache& layouts, const guid& host);

  /// Grid of a tier, 0 to 2: its step, and where its blocks begin.
  const tier_grid& grid(unsigned tier) const {
    return grids_[tier];
  }

  /// The oldest tick of blocks of tier 0 that are kept; 0 where there is none.
  tick stored_from() const {
    return host_.stored.oldest();
  }

  /// What can be asked of a tier, 1 or 2.
  tier_extent extent(unsigned tier) const;

  /// The points of a tier, 1 or 2, that have a tick in `ticks`; all charts or
  /// one. Charts that none of them has a value of are left out. The caller
  /// bounds the range: a chart takes 32 B a point and dimension. Yields
  /// `ec::corrupt` naming the block.
  caf::expected<tier_table> load(unsigned tier, tick_range ticks,
                                 std::string_view only_chart = {}) const;

private:
  tier_reader(const lmdb::transaction& txn, layout_cache& layouts)
      : txn_(&txn), layouts_(&layouts) {
    // nop
  }

  tier_source source() const {
    return {*txn_, *layouts_, host_.number};
  }

  caf::error add_stored(unsigned tier, chart_range which, tier_table& to) const;
  caf::error add_from_below(std::string_view only_chart, tier_table& to) const;

  /// The first and the last start of pieces of any host; mostly a few hours.
  tick_range piece_starts(unsigned tier) const;

  const lmdb::transaction* txn_;
  layout_cache* layouts_;
  stored_host host_;
  std::array<tier_grid, tier_count> grids_;
};

} // namespace tributary
