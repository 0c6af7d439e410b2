#pragma once

/// Values as text with every field, so that a test compares texts and a failure
/// shows what differs.

#include <string>

#include "schema/frame_codec.hpp"
#include "schema/link.hpp"

namespace tributary {

std::string describe(const chart& x);
std::string describe(const std::vector<chart_ptr>& x);
std::string describe(const host_definition& x);
std::string describe(const roster_run& x);
std::string describe(const frame_header& x);
std::string describe(const frame_row& x);
std::string describe(const coverage& x);
std::string describe(const link_message& x);

} // namespace tributary
