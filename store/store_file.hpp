#pragma once

/// A store's file as somebody outside of its node sees it: one commit, read
/// page by page (page_file.hpp), whether the node runs or not and whether the
/// file is whole or not. Never writes.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "store/lmdb.hpp"
#include "store/lmdb_copy.hpp"
#include "store/page_file.hpp"
#include "store/tables.hpp"

namespace tributary {

/// Something wrong in a file, for people: where, and what.
struct store_fault {
  std::string place;
  std::string what;
};

using fault_sink = std::function<void(store_fault)>;

class store_file {
public:
  /// @param path of the file, or of the data directory that it is in. Yields
  /// `ec::file_unusable`, and `ec::corrupt` when no meta page is whole.
  static caf::expected<store_file> open(const std::string& path);

  const std::string& path() const noexcept {
    return path_;
  }

  const page_file& file() const noexcept {
    return file_;
  }

  /// The commit that is read.
  const page_snapshot& snapshot() const noexcept {
    return snapshot_;
  }

  /// A node has the file open.
  bool is_in_use() const noexcept {
    return is_in_use_;
  }

  /// Why the commit is not held while the node writes on; empty when it is, or
  /// when no node is there. What is read may then be of several commits.
  const std::string& warning() const noexcept {
    return warning_;
  }

  /// Every tree that the table of tables names, known to this program or not.
  /// What can't be read of it goes to `faults`.
  std::map<std::string, page_tree> tables(const fault_sink& faults) const;

  /// Calls `f(key, value)` for the entries of a table in order, until it is
  /// false. The value is 8-aligned and lives as long as the call.
  void
  for_each(const std::string& table,
           const std::function<bool(const lmdb::key&, std::string_view)>& f,
           const fault_sink& faults) const;

  /// The same of a tree that `tables` had. @param visit as in `page_visitor`.
  void
  for_each(const std::string& table, const page_tree& tree,
           const std::function<bool(const lmdb::key&, std::string_view)>& f,
           const fault_sink& faults,
           std::function<bool(uint64_t, uint64_t)> visit = {}) const;

  /// Pages that the free list has; they are used again before the file grows.
  uint64_t free_pages() const;

private:
  explicit store_file(page_file file) : file_(std::move(file)) {
    // nop
  }

  caf::error choose_snapshot();

  std::string path_;
  page_file file_;
  page_snapshot snapshot_;
  std::optional<lmdb::snapshot_hold> hold_;
  bool is_in_use_ = false;
  std::string warning_;
};

/// A key as people write it: its words, joined by dots; bytes that are no words
/// in hexadecimal.
std::string text_of_key(const lmdb::key& key);

/// Whether another process holds the lock that a node takes on its store.
bool is_held_by_node(const std::string& store_path);

} // namespace tributary
