#pragma once

/// Figures of the frame codec alone: one lane of one host, second by second.

#include <string>

#include "tests/bench/local_swarm.hpp"

namespace tributary::bench {

/// Prints `<name>encode_ns_per_sample`, `..open_..` (check and copy of the
/// sealed bytes), `..decode_..` and `..bytes_per_sample`.
void print_codec_figures(const std::string& name, const row_set& rows);

} // namespace tributary::bench
