#pragma once

/// What the commands of the shell answer: facts of the node to tables. Pure.

#include <string>
#include <string_view>
#include <vector>

#include "actors/actor_directory.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/http/host_view.hpp"
#include "actors/link/link_directory.hpp"
#include "actors/restart_table.hpp"
#include "schema/shell.hpp"
#include "store/statistics.hpp"

namespace tributary {

/// What a node says of itself as a whole.
struct node_summary {
  node_facts facts;
  unix_ms started_ms = 0;
  unix_ms now_ms = 0;
  int64_t pid = 0;
  std::string store_path;
};

/// The tree of actors. @param children of the node's table, for what waits to
/// be started again. @param wanted part of a name, empty for all; a row that
/// fits is shown with those above it.
report_table actors_table(const std::vector<actor_record>& actors,
                          const std::vector<child_status>& children,
                          std::string_view wanted);

/// State, reason, lag and bytes of each link.
report_table links_table(const std::vector<link_status>& links, unix_ms now);

/// A row a destination: state, why it failed last, when it is tried or asked.
report_table destinations_table(const std::vector<link_status>& links);

/// Two rows a link that is up: what is on its live and on its history lane.
report_table lanes_table(const std::vector<link_status>& links);

/// @param wanted part of a name or GUID, empty for all.
report_table hosts_table(const std::vector<host_summary>& hosts,
                         const node_facts& node, unix_ms now,
                         std::string_view wanted);

/// What a host is asked about in queries: its charts by id, each once.
/// @param wanted part of an id or context, empty for all.
report_table charts_table(const host_summary& host, std::string_view wanted);

/// Space, journal and commits; tables; subscribers.
shell_report store_report(const store_statistics& store,
                          const node_figures& figures,
                          const node_summary& node);

/// One row on the node.
report_table node_table(const node_summary& node, const node_figures& figures);

/// Drops what is beyond `report_rows_max` and says so in the title.
void limit_rows(report_table& table);

} // namespace tributary
