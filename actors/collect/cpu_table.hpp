#pragma once

/// Kernel tables with a line of hexadecimal numbers for each CPU, like
/// /proc/net/softnet_stat and /proc/net/stat/*. Read by sources.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "actors/collect/narrow_counter.hpp"

namespace tributary {

/// Numbers are of 32 bits and wrap, so they are widened for each CPU before
/// they are added up.
class cpu_table {
public:
  /// Forgets which lines were seen, and keeps what they read.
  void begin_round() noexcept {
    line_count_ = 0;
  }

  /// Takes the line of the next CPU. False, and nothing is taken, unless it has
  /// at least `column_count_min` numbers and nothing else, or when it is one
  /// beyond `line_count_max`.
  bool note(std::string_view line, size_t column_count_min);

  /// Lines noted in this round.
  size_t line_count() const noexcept {
    return line_count_;
  }

  /// What column `column` of line `line` has counted; 0 if there is none.
  int64_t total(size_t line, size_t column) const noexcept;

  /// The same over all lines that were ever noted.
  int64_t total(size_t column) const noexcept;

  /// As the kernel wrote it in the last line noted, for columns that are no
  /// counters.
  int64_t latest(size_t column) const noexcept {
    return column < numbers_.size() ? numbers_[column] : 0;
  }

  static constexpr size_t line_count_max = 4096;
  static constexpr size_t column_count_max = 32;

private:
  struct cell {
    narrow_counter counter;
    int64_t total = 0;
  };

  std::vector<std::vector<cell>> lines_;
  std::vector<int64_t> numbers_;
  size_t line_count_ = 0;
};

} // namespace tributary
