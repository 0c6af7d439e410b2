#pragma once

/// How large the file of a store is once retention takes as much as comes in.

#include <vector>

#include "tests/bench/local_swarm.hpp"

namespace tributary::bench {

/// Runs one host for each of `hosts` for a hundred windows, of which the last
/// sixteen are kept; every tenth window a reader holds its snapshot for five
/// commits. Prints `steady_file_ratio`: size of the file over the bytes of all
/// values and keys that it holds.
void print_steady_file(const std::vector<const row_set*>& hosts);

} // namespace tributary::bench
