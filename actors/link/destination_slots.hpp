#pragma once

/// Which uplink of a node has which route, and which destinations of it. Pure.

#include <vector>

#include "config/host_routes.hpp"

namespace tributary {

struct uplink_slot {
  /// Place of its route among those of the node.
  size_t route = 0;
  /// The route, or that part of it that this uplink has. No destinations: there
  /// is no such uplink.
  stream_route to;

  bool empty() const noexcept {
    return to.destinations.empty();
  }
};

/// By uplink, `destinations_max` of them.
using destination_slots = std::vector<uplink_slot>;

/// With `stream_mode::all` each destination of each route has an uplink, else
/// each route has one. What was there before keeps its uplink, so that a reload
/// touches no other link. What finds no place is left out: the options are
/// checked before.
destination_slots assign_slots(const destination_slots& before,
                               const std::vector<stream_route>& routes,
                               stream_mode mode);

} // namespace tributary
