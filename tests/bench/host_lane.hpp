#pragma once

/// Seals the rows of one host as its framer would: a key frame with the raw
/// readings of all counters first and at the start of each window, deltas
/// between.

#include <vector>

#include "schema/definition.hpp"
#include "schema/frame_codec.hpp"
#include "schema/roster.hpp"

namespace tributary::bench {

class host_lane {
public:
  host_lane(host_definition host, const std::vector<chart_ptr>& charts);

  const host_definition& host() const noexcept {
    return host_;
  }

  const roster& columns_of() const noexcept {
    return roster_;
  }

  /// All charts, for the receiver.
  roster_run run() const;

  frame_ptr seal(tick t, const frame_row& row);

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

/// A host of the benchmark; `phase` is where its windows begin, modulo the
/// window.
host_definition bench_host(uint32_t index, uint32_t phase);

} // namespace tributary::bench
