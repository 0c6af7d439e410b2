#pragma once

/// Columns for the tests of their codecs.

#include <random>

#include "store/window.hpp"

namespace tributary::examples {

struct column_example {
  window_column column;
  std::vector<uint64_t> covered;
  uint16_t slots = 0;
};

/// Of 1 to 700 slots, with or without gaps and estimates: constants, walks,
/// lines, extremes and what else there is a way to pack for.
column_example random_column(std::mt19937_64& engine);

} // namespace tributary::examples
