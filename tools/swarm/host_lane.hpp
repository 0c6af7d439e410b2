#pragma once

/// Seals the rows of one host as its framer would: a key frame with the raw
/// readings of all counters first and at the start of each window, deltas
/// between.

#include <vector>

#include "schema/definition.hpp"
#include "schema/frame_codec.hpp"
#include "schema/roster.hpp"

namespace tributary::load {

class host_lane {
public:
  host_lane(host_definition host, const std::vector<chart_ptr>& charts);

  const host_definition& host() const noexcept {
    return host_;
  }

  const roster& columns_of() const noexcept {
    return roster_;
  }

  /// The charts from that place on, for the receiver.
  roster_run run(size_t first_chart = 0) const;

  /// Adds a chart behind all others; rows have its columns from now on.
  void add_chart(chart_ptr chart);

  /// A row with as many columns as there are, or with fewer when it was made
  /// before charts were added.
  frame_ptr seal(tick t, const frame_row& row);

  /// Takes the increments of a row that was sealed out of the readings again:
  /// it will be sealed once more.
  void take_back(const frame_row& row);

  /// The next frame will be a key frame.
  void want_key() noexcept {
    key_wanted_ = true;
  }

private:
  host_definition host_;
  roster roster_;
  frame_chain chain_;
  std::vector<int64_t> readings_;
  frame_row keyed_;
  bool key_wanted_ = true;
};

/// A host of the swarm; `phase` is where its windows begin, modulo the window.
host_definition load_host(uint32_t index, uint32_t phase);

} // namespace tributary::load
