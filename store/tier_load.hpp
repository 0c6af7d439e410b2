#pragma once

/// Stored points of one host, block by block: what reader and writer of tiers
/// have in common.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/layout_cache.hpp"
#include "store/records.hpp"
#include "store/tier_block.hpp"

namespace tributary {

/// Where blocks of points come from.
struct tier_source {
  const lmdb::transaction& txn;
  layout_cache& layouts;
  host_number host;
};

/// A group of a block as it is stored.
struct stored_tier_group {
  lmdb::key key;
  std::string_view sealed;
  std::shared_ptr<const layout> columns_of;
};

/// Calls `f` for each group of the block or piece that begins at `start`, until
/// it fails. Yields `ec::corrupt` naming the group; with `damaged` a group that
/// can't be read or that `f` fails for is named there and left out.
caf::error
for_each_tier_group(const tier_source& from, lmdb::table_number table,
                    tick start,
                    const std::function<caf::error(stored_tier_group)>& f,
                    std::vector<std::string>* damaged = nullptr);

/// Adds the charts `which` of a block to `to`.
caf::error add_tier_block(const tier_source& from, unsigned tier, tick start,
                          chart_range which, tier_table& to);

/// The same of a piece, whose points replace those that are there.
caf::error add_tier_piece(const tier_source& from, unsigned tier, tick start,
                          chart_range which, tier_table& to);

/// Whether there is a piece that begins at `start`.
bool has_tier_piece(const lmdb::transaction& txn, unsigned tier,
                    host_number host, tick start);

/// "tier1 host 3 start 6000 group 2: ", or of pieces.
std::string tier_place(lmdb::table_number table, const lmdb::key& key);

} // namespace tributary
