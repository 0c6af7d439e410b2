#pragma once

/// The samples of a host as lines of text.

#include <cstdio>

#include "config/simple_pattern.hpp"
#include "tools/dump/listings.hpp"

namespace tributary {

struct csv_options {
  simple_pattern charts{"*"};
  /// Ticks, both inclusive.
  dump_range range;
  /// Stored integers instead of what a reader sees.
  bool raw = false;
  /// 1 or 2: points instead of samples.
  unsigned tier = 0;
};

/// Writes `time,chart,dimension,value` and a line for each sample: blocks in
/// window order, then what only the journal has. Absent samples have no line.
/// Of points it is `time,chart,dimension,min,max,sum,count`, with the first
/// tick of each. Memory: a block, then the journalled windows of the host.
/// Yields `ec::file_unusable` when `to` can't be written, and `ec::not_found`
/// for points of a store that has none.
caf::error export_csv(const store_file& store, const stored_host& host,
                      const csv_options& options, FILE* to,
                      const fault_sink& faults);

} // namespace tributary
