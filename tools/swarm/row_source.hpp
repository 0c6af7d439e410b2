#pragma once

/// What a child of the swarm has to say: rows, second by second.

#include <cstdint>
#include <memory>
#include <vector>

#include "schema/chart.hpp"
#include "schema/frame_codec.hpp"
#include "tools/swarm/pattern.hpp"

namespace tributary::load {

class row_source {
public:
  virtual ~row_source();

  /// Charts in the order of their columns.
  virtual const std::vector<chart_ptr>& charts() const = 0;

  /// The row of the next second.
  virtual void next(frame_row& row) = 0;
};

using row_source_ptr = std::unique_ptr<row_source>;

/// The synthetic pattern. @param columns a multiple of ten.
row_source_ptr make_pattern_source(uint32_t columns, uint64_t seed);

/// Recorded rows, again from the start when they end. @param first the row to
/// begin at, so that children do not all say the same.
row_source_ptr make_replay_source(std::shared_ptr<const row_set> rows,
                                  uint64_t first);

} // namespace tributary::load
