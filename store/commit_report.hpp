#pragma once

/// What a store tells of its subscribers and of a commit.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "schema/coverage.hpp"
#include "schema/types.hpp"

namespace tributary {

/// A peer or exporter that this node owes its data to.
struct subscriber {
  /// All up to here was acknowledged or is owed.
  journal_position position = 0;
  std::map<host_number, tick_set> owed;
};

/// What one commit made durable.
struct commit_report {
  /// The end of the journal: this position and all before are durable.
  journal_position journal_end = 0;
  /// Closed windows that are blocks now: ingest may forget their rows.
  std::vector<std::pair<host_number, tick>> stored_windows;
  /// Late rows that are in blocks now: all of a window whose frames are at or
  /// before a position.
  struct merged_late {
    host_number host;
    tick start;
    journal_position position;
  };
  std::vector<merged_late> merged;
  /// Tokens of received windows that are durable now.
  std::vector<uint64_t> received_tokens;
  /// New debts that a received window or a trim made.
  struct debt {
    guid subscriber;
    host_number host;
    tick_set ticks;
  };
  std::vector<debt> debts;
  /// Stored groups that could not be read when their window was merged, and
  /// went: named, for the log.
  std::vector<std::string> damaged;
  /// Bytes of journal and blocks handed to LMDB.
  size_t bytes = 0;
};

} // namespace tributary
