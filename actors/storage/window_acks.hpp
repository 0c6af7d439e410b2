#pragma once

/// Which windows of history lanes may be acknowledged. An ack holds for all
/// windows of its lane up to it, and windows become durable in any order. Knows
/// no actor but the names of sources; the writer owns one.

#include <cstdint>
#include <map>
#include <vector>

#include "actors/protocol.hpp"
#include "schema/coverage.hpp"

namespace tributary {

class window_acks {
public:
  /// A window that came over the history lane of a source.
  struct waiting_window {
    source_actor source;
    /// Its place on the lane; from 1.
    uint64_t lane_number = 0;
    host_number host = 0;
    std::vector<coverage_run> runs;
  };

  void wait(uint64_t token, waiting_window what);

  /// The window of a token that is not durable yet; null when there is none.
  const waiting_window* find(uint64_t token) const;

  /// These windows are durable. Yields by source the highest lane number up to
  /// which all windows are; may repeat what was told before.
  std::map<source_actor, uint64_t> pass(const std::vector<uint64_t>& tokens);

  void clear();

private:
  std::map<uint64_t, waiting_window> waiting_;
  /// Of sources with waiting ones: the highest number that is durable.
  std::map<source_actor, uint64_t> durable_;
};

} // namespace tributary
