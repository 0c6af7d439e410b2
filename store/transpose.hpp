#pragma once

/// Rows of a window into its columns. Value by value, each read would be of
/// another row and page; here tiles of 64 rows go at once.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "store/window.hpp"

namespace tributary {

/// Rows of consecutive slots, row-major; a value that is absent is 0.
struct row_tile {
  const int64_t* values = nullptr;
  /// `bitmap_words(columns)` a row.
  const uint64_t* present = nullptr;
  size_t columns = 0;
  size_t rows = 0;
};

/// Whether no target has a value in `count` slots from `first`.
bool are_free(const std::vector<window_column*>& targets, size_t first,
              size_t count);

/// Adds rows to the slots from `first` of one target a column, null where a
/// column goes nowhere. The targets are distinct and free there, and have those
/// slots.
void add_rows(const row_tile& from, size_t first,
              const std::vector<window_column*>& targets);

} // namespace tributary
