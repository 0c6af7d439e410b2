#pragma once

/// Which uplink of a node has which destinations. Pure.

#include <vector>

#include "config/options.hpp"

namespace tributary {

/// By uplink; an empty list is an uplink that there is none of.
using destination_slots = std::vector<std::vector<destination>>;

/// With `stream_mode::all` each uplink has one destination, and one that was
/// there before keeps its uplink, so that a reload touches no other link. Else
/// the first has them all. Two that are equal count once.
destination_slots assign_slots(const destination_slots& before,
                               const std::vector<destination>& wanted,
                               stream_mode mode);

} // namespace tributary
