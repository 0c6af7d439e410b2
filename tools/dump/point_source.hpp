#pragma once

/// Points of one host out of a file that may be damaged, block by block.

#include <map>
#include <set>
#include <vector>

#include "store/layout_index.hpp"
#include "store/records.hpp"
#include "store/store_file.hpp"

namespace tributary {

class point_source {
public:
  /// Notes where the host's blocks and pieces are. All three must outlive this.
  /// What can't be read goes to `faults`, also later.
  point_source(const store_file& from, const stored_host& host,
               const fault_sink& faults);

  /// False in a store that has no steps: of format 1, or without its record.
  bool has_tiers() const noexcept {
    return steps_.tier1 != 0;
  }

  const tier_steps& steps() const noexcept {
    return steps_;
  }

  /// First ticks of the blocks of a tier, 1 or 2, that have points, also where
  /// those are pieces still.
  std::set<tick> starts(unsigned tier) const;

  /// All points of the block that begins at `start`, as a node shows them: what
  /// is in pieces holds, and what pieces of tier 1 come to holds in tier 2.
  tier_table load(unsigned tier, tick start);

private:
  /// Pages of the leaves that have groups of it, by first tick.
  using places = std::map<tick, std::set<uint64_t>>;

  tier_grid grid(unsigned tier) const {
    return grid_of(host_.definition, steps_, tier);
  }

  void add(lmdb::table_number table, tick start, tier_table& to);

  const store_file& from_;
  const stored_host& host_;
  const fault_sink& faults_;
  tier_steps steps_{0, 0};
  layout_index layouts_;
  std::map<lmdb::table_number, places> places_;
};

} // namespace tributary
