#pragma once

/// The GUID of a node: made at first start and kept in its data directory.

#include <string>

#include <caf/expected.hpp>

#include "schema/types.hpp"

namespace tributary {

/// Reads `path`, or makes it (mode 0600, on disk before it returns). Yields
/// `ec::file_unusable` with the path, also for a file that holds no GUID: it is
/// never replaced, since children and parents know the node by it.
caf::expected<guid> load_node_guid(const std::string& path);

} // namespace tributary
