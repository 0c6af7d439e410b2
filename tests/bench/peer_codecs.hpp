#pragma once

/// What the same columns take under the encodings of others, so that ours is
/// compared on equal data in one run. Only sizes are made.

#include <string>

#include "tests/bench/local_swarm.hpp"

namespace tributary::bench {

/// Prints bytes per present sample of full windows of 600 seconds, columns in
/// groups of at most 128, no pages and no headers of blocks:
///
///   KEY_gorilla_bytes_per_sample      doubles and timestamps as the paper has
///                                     them (VLDB 2015), 64-bit XOR
///   KEY_varint_zstd_bytes_per_sample  deltas of decimal integers as zigzag
///                                     varints, zstd 1 over a whole group:
///                                     kinder than one block a series
///   KEY_xor32_zstd_bytes_per_sample   32-bit floats (lossy), XOR with leading
///                                     zeros, a page a series, zstd 3 over 64
///                                     of them
void print_peer_codecs(const std::string& key, const row_set& rows);

} // namespace tributary::bench
