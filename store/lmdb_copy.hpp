#pragma once

/// Reading a store from outside of its node, and copying it. Beside lmdb.cpp
/// the only includer of lmdb.h.

#include <cstdint>
#include <string>

#include <caf/expected.hpp>

#include "schema/error.hpp"

struct MDB_env;
struct MDB_txn;

namespace tributary::lmdb {

/// Keeps the pages of one commit from being used again while another process
/// writes on. Takes a reader's slot in LMDB's lock file, which it neither makes
/// nor needs to own; the data file is not written. As with every reader, the
/// file grows while it lives.
class snapshot_hold {
public:
  /// @param path of a file whose meta pages were checked: LMDB trusts them.
  /// Yields `ec::file_unusable` where there is no lock file that may be
  /// written, and `ec::store_failed`.
  static caf::expected<snapshot_hold> open(const std::string& path);

  snapshot_hold(snapshot_hold&& other) noexcept;
  snapshot_hold& operator=(snapshot_hold&& other) noexcept;
  ~snapshot_hold();

  /// Number of the commit.
  uint64_t transaction() const;

private:
  snapshot_hold() = default;

  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
};

/// Copies the file at `path`, whose trees were checked, without its free pages
/// to the descriptor `to`. Yields `ec::store_failed` and `ec::store_full`.
caf::error copy_compact(const std::string& path, int to);

} // namespace tributary::lmdb
