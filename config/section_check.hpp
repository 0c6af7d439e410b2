#pragma once

/// What sections of keys and machines say together, with each other and with
/// the node: see option_check.hpp.

#include "config/option_check.hpp"

namespace tributary {

/// Adds what does not go together. Sections that are off count for nothing.
void check_sections(const node_options& options, const find_place& place_of,
                    std::vector<fault>& faults);

} // namespace tributary
