#pragma once

/// The fixed data set: real per-second metrics of one machine, as displayed
/// (counters as increments, as a framer seals them).

#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "tools/swarm/pattern.hpp"

namespace tributary::load {

/// Which series of the set.
enum class series_choice {
  all,
  /// There in at least 90 % of the seconds: what a host has all the time.
  steady,
  /// Those that change in at least 5 % of the seconds.
  busy,
  steady_and_busy,
};

/// One line of the file.
struct fixed_series {
  std::string chart;
  std::string dimension;
  bool counter = false;
  int64_t scale = 1;
  /// One a second; 0 where absent.
  std::vector<int64_t> values;
  std::vector<bool> present;
};

/// Reads a zstd-packed file of lines
/// `chart,dimension,kind,unit,scale,value...`. Yields `ec::file_unusable`, and
/// `ec::corrupt` for another kind of file. The line of the capture's own offset
/// is left out. A counter is absent where the second before it is, as a framer
/// would have it; a group's counter that fell counts as 0.
caf::expected<std::vector<fixed_series>>
read_fixed_set(const std::string& path);

/// The chosen series as rows. A chart of more than 128 dimensions is cut.
row_set rows_of(const std::vector<fixed_series>& set, series_choice choice);

} // namespace tributary::load
