#pragma once

/// What a transaction sees of windows and journal, as values.

#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "store/block.hpp"
#include "store/lmdb.hpp"
#include "store/records.hpp"

namespace tributary {

class layout_cache;

/// How a stored group is named to people.
std::string place_of_group(host_number host, tick start, uint32_t group);

/// Adds the stored blocks of (host, start) to `window`, all charts or one, as
/// `txn` sees them. Yields `ec::corrupt` naming the block.
caf::error load_window(const lmdb::transaction& txn, layout_cache& layouts,
                       host_number host, std::string_view only_chart,
                       window_table& window);

/// The stored groups of (host, start), byte for byte; empty when none.
caf::expected<std::vector<sealed_group>>
load_groups(const lmdb::transaction& txn, host_number host, tick start);

/// Frames from `first` on, up to about `bytes_max`, as `txn` sees them.
caf::expected<std::vector<std::pair<journal_position, journal_item>>>
load_journal(const lmdb::transaction& txn, journal_position first,
             size_t bytes_max);

} // namespace tributary
