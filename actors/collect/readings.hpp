#pragma once

/// What a collector sends to the framer after each tick.

#include <string>
#include <vector>

#include "actors/collect/source.hpp"
#include "schema/types.hpp"

namespace tributary {

struct tick_readings {
  tributary::tick tick = 0;
  /// Index of the collector in the framer's list.
  size_t collector = 0;
  /// What could be read; empty if nothing could.
  std::vector<chart_reading> readings;
};

} // namespace tributary
