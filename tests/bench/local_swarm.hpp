#pragma once

/// A swarm for a parent on this machine, and the fixed set; what goes wrong
/// ends the benchmark.

#include "tools/swarm/fixed_set.hpp"
#include "tools/swarm/host_lane.hpp"
#include "tools/swarm/pattern.hpp"
#include "tools/swarm/swarm.hpp"

namespace tributary::bench {

using load::fixed_series;
using load::host_lane;
using load::load_host;
using load::pattern_charts;
using load::present_count;
using load::real_rows;
using load::row_set;
using load::rows_of;
using load::series_choice;
using load::synthetic_rows;

/// Children of a parent that `node_process` started, all connected.
class local_swarm : public load::swarm {
public:
  /// @param ca_file of the parent's certificate; empty: plain links.
  local_swarm(uint32_t children, uint32_t metrics, uint16_t link_port,
              link_codec codec = link_codec::none,
              const std::string& ca_file = {}, uint32_t first_index = 0);

  /// A frame of each child each second: all at once, or spread over it.
  void live(unsigned seconds, bool spread);
};

std::vector<fixed_series> read_fixed_set(const std::string& path);

} // namespace tributary::bench
