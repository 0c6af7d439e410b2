#pragma once

/// Who a node is, in its data directory: its GUID, made at first start, and how
/// many lives its own host had.

#include <string>

#include <caf/expected.hpp>

#include "schema/types.hpp"

namespace tributary {

/// Reads `path`, or makes it (mode 0600, on disk before it returns). Yields
/// `ec::file_unusable` with the path, also for a file that holds no GUID: it is
/// never replaced, since children and parents know the node by it.
caf::expected<guid> load_node_guid(const std::string& path);

/// The newest epoch that the file at `path` knows of, 0 when there is none.
/// Yields `ec::file_unusable`.
caf::expected<epoch_number> load_node_epoch(const std::string& path);

/// Keeps an epoch of the own host, on disk before it returns, so that no later
/// life has the same number: parents know frames by it, and a store in RAM
/// forgets. Yields `ec::file_unusable`.
caf::error keep_node_epoch(const std::string& path, epoch_number epoch);

} // namespace tributary
