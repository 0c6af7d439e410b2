#pragma once

/// Readings of one host to sealed frames: finds columns, turns raw counters
/// into increments, recognises resets and wraps, seals part 0 and late parts.
/// Pure.

#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/collect/source.hpp"
#include "schema/frame_codec.hpp"
#include "schema/roster.hpp"

namespace tributary {

class sealer {
public:
  explicit sealer(epoch_number epoch);

  epoch_number epoch() const noexcept {
    return roster_.epoch();
  }

  const roster& columns_of() const noexcept {
    return roster_;
  }

  /// Opens tick `t`: readings that are added from now on belong to it.
  void begin(tick t);

  /// Adds readings of the open tick. New charts extend the roster; readings
  /// beyond `host_columns_max` are dropped and counted.
  void add(const std::vector<chart_reading>& readings);

  /// Seals what was added to the open tick as part 0; null when there is
  /// nothing. @param key seals a key frame whatever the chain says.
  frame_ptr seal(bool key);

  /// Seals readings that came after `seal` as the next late part; null when
  /// there is nothing in them.
  frame_ptr seal_late(const std::vector<chart_reading>& readings);

  /// Increments that covered more than one tick and were dropped as gaps.
  uint64_t dropped_increments() const noexcept {
    return dropped_increments_;
  }

  /// Readings of charts that found no place within `host_columns_max`.
  uint64_t dropped_readings() const noexcept {
    return dropped_readings_;
  }

private:
  /// What is remembered of a counter column.
  struct counter {
    int64_t raw = 0;
    tick at = 0;
    /// No frame has stated a reading yet.
    bool silent = false;
  };

  frame_ptr seal_part(uint16_t part, bool key);
  void state_late_readings();
  uint32_t first_column(const chart_reading& reading);
  void place(uint32_t column, const chart& of, size_t dimension,
             int64_t reading);
  std::optional<int64_t> increment(uint32_t column, algorithm how,
                                   int64_t reading);

  roster roster_;
  /// First columns of the charts that came, which live on here.
  std::unordered_map<chart_ptr, uint32_t> columns_;
  std::vector<counter> counters_;
  frame_chain chain_;
  frame_row row_;
  tick open_ = 0;
  uint16_t next_part_ = 0;
  bool touched_ = false;
  uint64_t dropped_increments_ = 0;
  uint64_t dropped_readings_ = 0;
};

} // namespace tributary
