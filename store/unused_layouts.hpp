#pragma once

/// Finds the layouts that no block is of any more, a little with each commit,
/// and erases them. A host is searched when blocks of it went: all of its
/// layouts are suspects, and each of its blocks clears its own, from both ends
/// of time at once, since nearly all layouts are in the oldest or the newest
/// block. Most searches end after one step; what no block cleared goes.

#include <array>
#include <optional>
#include <set>

#include "schema/types.hpp"
#include "store/lmdb.hpp"

namespace tributary {

class unused_layouts {
public:
  /// Blocks of the host went, or may have gone before a start.
  void blocks_went(host_number host) {
    due_.insert(host);
  }

  /// A block of that layout is written.
  void used(host_number host, const content_hash& layout) {
    if (search_ && search_->host == host)
      search_->suspects.erase(layout);
  }

  /// There is no such host any more.
  void forget(host_number host);

  /// Goes on with the search. Yields errors of the store; what can't be read
  /// keeps the layouts of its host.
  caf::error step(lmdb::transaction& txn);

  /// Whether something is left to look for.
  bool has_work() const noexcept {
    return search_.has_value() || !due_.empty();
  }

private:
  /// How far a table of blocks is searched, from both ends.
  struct table_search {
    tick low = 0;
    tick high = tick_max;
    bool is_upwards = true;
  };

  struct search {
    host_number host = 0;
    std::set<content_hash> suspects;
    std::array<table_search, 5> tables;
    /// Table whose turn it is.
    size_t next = 0;
  };

  void begin(const lmdb::transaction& txn);
  caf::error look(const lmdb::transaction& txn, size_t& looks);
  bool clear(lmdb::cursor& at, lmdb::table_number table, tick start,
             size_t& looks);
  caf::error erase_some(lmdb::transaction& txn);

  std::set<host_number> due_;
  std::optional<search> search_;
  host_number last_ = 0;
};

} // namespace tributary
