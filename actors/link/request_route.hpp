#pragma once

/// Which link a request takes to the node that it is for. Pure: from the links
/// of this node, and the ways that hosts came.

#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "actors/link/link_directory.hpp"
#include "actors/storage/traffic.hpp"

namespace tributary {

/// The next node on the way.
struct request_hop {
  /// `link_status::id`; 0: this node itself is meant, or begins the path.
  uint64_t link = 0;
  /// What is called next from there, see `link_request::path`.
  std::vector<std::string> path;
};

/// By name or GUID, of this node or one that it has a link from. Yields
/// `ec::not_found` when it is neither, `ec::bad_request` with the GUIDs when
/// several children have that name.
/// @param path not empty; of it the first is looked for.
caf::expected<request_hop> hop_to_child(const guid& own,
                                        const std::string& own_hostname,
                                        const std::vector<link_status>& links,
                                        const std::vector<std::string>& path);

/// By name or GUID, of a node further below: the way that its own host comes.
/// Yields `ec::not_found` when no such host is known, `ec::disconnected` with
/// the reason when it does not stream now, `ec::bad_request` with the GUIDs
/// when several have that name.
caf::expected<request_hop> hop_to_host(const std::vector<link_status>& links,
                                       const std::vector<host_summary>& hosts,
                                       const std::vector<std::string>& path);

/// `a/b/c` in parts, without empty ones.
std::vector<std::string> parse_node_path(const std::string& text);

} // namespace tributary
