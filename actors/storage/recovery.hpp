#pragma once

/// Opens a node's store and reads back what its actors start from. Called by
/// the node before it spawns writer and ingest, and again when those are
/// restarted.

#include <memory>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "actors/storage/ingest.hpp"
#include "store/store.hpp"

namespace tributary {

struct recovered_storage {
  std::unique_ptr<tributary::store> store;
  std::vector<ingest_host> hosts;
  journal_position journal_end = 0;
  /// The node's own host with its new epoch, already durable.
  host_definition own;
  /// Newest tick of the own host that any earlier life stored.
  tick newest = 0;
  /// Frames that were replayed, for the log.
  size_t frames = 0;
};

/// `believable_newest` of all hosts that the store has.
tick newest_of(const store& what);

/// @param own the node's host; its epoch is one above this and the store's,
/// boot is set here, window and grouping are those of the store where it has
/// them.
caf::expected<recovered_storage> open_storage(const std::string& path,
                                              store_options options,
                                              host_definition own, int64_t now);

} // namespace tributary
