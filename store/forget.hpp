#pragma once

/// Hosts that are forgotten for good. What a store has of one lies under its
/// number in many places: the host's record goes at once, its number stays
/// taken by a record under a guid that nobody has until all else is erased, a
/// little with each commit, also after a crash.

#include <cstdint>

#include "store/records.hpp"

namespace tributary {

/// What is known of a host that is being forgotten.
struct forgotten_host {
  /// Of the record that takes its number.
  guid id;
  /// The guid that it had, whose record goes with the next commit; empty: that
  /// is done.
  guid known_as;
  /// Blocks on disk are cut by these.
  uint32_t window_seconds = 0;
  uint16_t group_columns = 0;
  /// Where erasing is.
  size_t table = 0;
  tick at = 0;
  /// All but the journal is free of it.
  bool is_erased = false;
  /// Entries that were erased since the store was opened.
  uint64_t entries = 0;
};

} // namespace tributary
