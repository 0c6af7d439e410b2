#pragma once

/// Hosts as the API shows them: states, ages and documents from the summaries
/// that ingest gives. Pure.

#include <vector>

#include "actors/http/api_render.hpp"
#include "actors/link/link_directory.hpp"
#include "actors/storage/host_state.hpp"
#include "actors/storage/traffic.hpp"
#include "schema/link.hpp"

namespace tributary {

/// The node's side of every document.
struct node_facts {
  guid own;
  std::string hostname;
  std::string version;
  bool stream_enabled = false;
  /// Some source is enabled: the node is ready with its first sample, without
  /// any at once.
  bool collects = true;
  /// What it means when the node says that it has something.
  ack_durability durability = ack_durability::disk;
  /// A host that is away for longer is archived.
  int64_t archived_after_ms = 3'600'000;
};

/// How a host stands at `now` on this node's clock, see `state_of`.
host_status status_of(const host_summary& host, const node_facts& node,
                      unix_ms now);

/// All hosts, the node's own first, the others by name.
std::vector<host_status> statuses_of(const std::vector<host_summary>& hosts,
                                     const node_facts& node, unix_ms now);

/// The host that a name or GUID in a path means: the node's own when empty, a
/// GUID always, of several with one name the most recently live. Null when
/// there is none.
const host_summary* find_host(const std::vector<host_summary>& hosts,
                              const std::string& name, const guid& own);

/// GUIDs of all hosts of that name.
std::vector<guid> hosts_named(const std::vector<host_summary>& hosts,
                              const std::string& name);

/// @param links of this node; those to parents are told.
std::vector<parent_entry> parents_of(const std::vector<link_status>& links);

info_document info_of(const host_summary& host,
                      const std::vector<host_summary>& hosts,
                      const node_facts& node, unix_ms now);

/// @param prefix `/host/<host>` or empty, for `data_url`.
charts_document charts_of(const host_summary& host, const node_facts& node,
                          std::string prefix);

/// Entity tag of the document: that of its definitions. What is stored of a
/// chart changes every second and does not count.
std::string definitions_tag(const host_summary& host, const node_facts& node,
                            const std::string& prefix);

} // namespace tributary
