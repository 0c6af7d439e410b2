#pragma once

/// Queries as the reader answers them, from a snapshot of stored windows.

#include "actors/storage/queries.hpp"
#include "tests/bench/local_swarm.hpp"

namespace tributary::bench {

class write_path;

/// The first host of the path, with what it has stored up to `newest`.
host_summary first_host(const write_path& path, const row_set& rows,
                        tick newest);

/// Runs a query about that host as a reader does, slice by slice.
query_answer_ptr answer(const write_path& path, const host_summary& host,
                        layout_cache& layouts, query_request what, tick now);

/// Prints `query_1h_ms`: an hour of one dimension of a host of these rows,
/// every chart in turn, CPU time, median of 200.
void print_hour_query(const row_set& rows);

/// Stores 31 days of 120 series of the synthetic pattern and prints
/// `query_24h_ms` (a day of one dimension at tier 0), `query_30d_ms` (30 days
/// at tier 1), both as above in 720 rows, and
/// `disk_synthetic_bytes_per_sample`: the pages of all tiers by samples of tier
/// 0.
void print_month();

} // namespace tributary::bench
