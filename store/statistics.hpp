#pragma once

/// What a store holds, for people and for charts: space, tables, journal,
/// subscribers. Reads a snapshot and changes nothing.

#include <cstdint>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "schema/types.hpp"
#include "store/lmdb.hpp"

namespace tributary {

struct table_statistics {
  std::string name;
  uint64_t entries = 0;
  /// Bytes of its pages.
  uint64_t bytes = 0;
};

/// Where somebody who is fed from the journal stands.
struct subscriber_statistics {
  guid subscriber;
  /// Everything up to here has been acknowledged or is owed.
  journal_position position = 0;
  /// Ticks that the journal no longer holds for it, over all hosts.
  int64_t owed_ticks = 0;
};

struct store_statistics {
  lmdb::space_use space;
  std::vector<table_statistics> tables;
  /// First and last position of the journal; 0 when it is empty.
  journal_position journal_first = 0;
  journal_position journal_last = 0;
  /// Start of the oldest and of the newest window of tier 0; 0 when there is
  /// none.
  tick oldest_window = 0;
  tick newest_window = 0;
  std::vector<subscriber_statistics> subscribers;
};

/// Yields `ec::store_failed` with LMDB's words. Takes some microseconds, and
/// more where much is owed in pieces: `owed` has an entry an interval.
caf::expected<store_statistics>
read_statistics(const lmdb::environment& environment);

} // namespace tributary
