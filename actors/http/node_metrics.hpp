#pragma once

/// Writes `/metrics`: what the node counts about itself, as Prometheus text in
/// base units. Labels are kinds of actors, whose number is that of the code.

#include <map>
#include <string>

#include "actors/actor_directory.hpp"
#include "actors/collect/self_figures.hpp"

namespace tributary {

/// What the kernel says of the process.
struct process_usage {
  double cpu_seconds = 0;
  /// Bytes.
  uint64_t resident_bytes = 0;
};

/// Asks the kernel; 0 where it does not say.
process_usage read_process_usage();

/// @param actors by kind.
std::string
render_node_metrics(const std::string& version, const node_figures& figures,
                    const std::map<std::string, actor_kind_totals>& actors,
                    const process_usage& usage);

} // namespace tributary
