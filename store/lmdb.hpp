#pragma once

/// LMDB as values: environment, transactions, cursors. With lmdb_copy.cpp the
/// only includer of lmdb.h. Keys are 8, 16, 24 or 32 bytes and values whole
/// words, so that Cap'n Proto messages can be read in place (research: other
/// sizes misalign them).

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "schema/error.hpp"

struct MDB_txn;
struct MDB_cursor;

namespace tributary::lmdb {

/// Number of a table; store/tables.hpp gives the names.
using table_number = unsigned;

/// A key of up to four big-endian 64-bit words, so that byte order is number
/// order.
class key {
public:
  key() = default;

  key(std::initializer_list<uint64_t> words);

  /// Reads the bytes of a stored key back.
  static key from_bytes(std::string_view bytes);

  std::string_view bytes() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), size_};
  }

  /// Word `i` as a number; 0 beyond the end.
  uint64_t word(size_t i) const noexcept;

private:
  std::array<uint8_t, 32> bytes_{};
  size_t size_ = 0;
};

/// Whether a commit reaches the disk before it returns.
enum class sync_mode {
  /// Survives power loss, as far as the disk honours flushes.
  full,
  /// The last commit may be undone by a power loss, not more.
  relaxed,
  /// For tests and for stores in RAM: survives the process, not the machine.
  none,
};

struct environment_options {
  /// Hard cap of the file, bytes; a multiple of the page size is made of it.
  size_t map_bytes = size_t{4} << 30;
  sync_mode sync = sync_mode::full;
};

/// Space of an environment, for trimming and for people.
struct space_use {
  size_t map_bytes = 0;
  /// Pages that hold data or are reserved, in bytes.
  size_t used_bytes = 0;
  /// Up to the last page, free ones included: what a plain copy has.
  size_t file_bytes = 0;
};

/// What one table takes.
struct table_use {
  size_t entries = 0;
  /// Branch, leaf and overflow pages, in bytes.
  size_t bytes = 0;
};

class transaction;

/// An open file with its tables; LMDB gives it up for good when a meta page
/// can't be written.
struct open_file;

/// One LMDB file, shared by all threads of the process. Owns the file lock.
/// After a failed write it is usable again by itself: no caller keeps more than
/// this handle.
class environment {
public:
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;
  ~environment();

  /// Opens or makes `path` with the named tables (numbers are their index).
  /// `check` runs in the transaction that makes missing tables; its error
  /// undoes that and is yielded. Others are `ec::store_failed` with LMDB's
  /// words, `ec::already_running` when another process holds `path` open, and
  /// `ec::corrupt` when the file is cut off or its upper pages are damaged.
  static caf::expected<std::shared_ptr<environment>>
  open(const std::string& path, const environment_options& options,
       const char* const* table_names, size_t table_count,
       const std::function<caf::error(transaction&)>& check = {});

  /// Sees the last commit, for as long as it lives; keep it below a second,
  /// since it holds pages back. Any number at once, from any thread. Yields
  /// `ec::store_failed` while a file that had to be given up waits for its last
  /// reader to end.
  caf::expected<transaction> read() const;

  /// One at a time; a second caller waits. Yields errors as `read` does, and
  /// that of the disk when a failed commit can't be undone there yet.
  caf::expected<transaction> write() const;

  caf::expected<space_use> space() const;

  /// Writes a copy as of the last commit to the descriptor `to`; `compact`
  /// leaves free pages out and takes about ten times as long. As long a reader:
  /// the file may grow meanwhile.
  caf::error copy_to(int to, bool compact) const;

  const std::string& path() const noexcept {
    return path_;
  }

private:
  friend class transaction;
  friend class cursor;

  environment() = default;

  caf::error open_again() const;
  caf::expected<transaction> begin(unsigned flags) const;
  std::shared_ptr<open_file> current(caf::error& fault) const;

  std::string path_;
  environment_options options_;
  std::vector<std::string> names_;
  int lock_ = -1;
  mutable std::mutex mutex_;
  /// Null between giving a file up and opening it again.
  mutable std::shared_ptr<open_file> file_;
  /// False while a reader of a file that was given up holds it open.
  mutable std::shared_ptr<std::atomic<bool>> closed_;
};

/// Aborts unless committed. Views it returns live as long as it does, and in a
/// write transaction until the next write.
class transaction {
public:
  transaction(transaction&& other) noexcept;
  transaction& operator=(transaction&& other) noexcept;
  ~transaction();

  std::optional<std::string_view> get(table_number table, const key& k) const;

  caf::expected<table_use> use_of(table_number table) const;

  /// Inserts or replaces. Yields `ec::store_full` when the map is full.
  caf::error put(table_number table, const key& k, std::string_view value);

  /// True when there was something to erase.
  caf::expected<bool> erase(table_number table, const key& k);

  /// Makes the writes durable and ends the transaction. On an error nothing of
  /// it was written.
  caf::error commit();

private:
  friend class environment;
  friend class cursor;

  transaction(std::shared_ptr<open_file> file, MDB_txn* txn)
      : file_(std::move(file)), txn_(txn) {
    // nop
  }

  std::shared_ptr<open_file> file_;
  MDB_txn* txn_ = nullptr;
};

/// Walks a table in key order; must not outlive its transaction.
class cursor {
public:
  cursor(const transaction& txn, table_number table);
  cursor(const cursor&) = delete;
  cursor& operator=(const cursor&) = delete;
  ~cursor();

  /// Moves; false when there is no such entry.
  bool first();
  bool last();
  bool seek(const key& at_least);
  bool next();
  bool previous();

  /// Why the last move found nothing, when that is not the table's end:
  /// `ec::corrupt` where a page can't be read.
  caf::error fault() const;

  key current_key() const;
  std::string_view current_value() const noexcept {
    return value_;
  }

  /// Erases the current entry; `next` then moves to the one behind it.
  caf::error erase();

private:
  bool move(int operation);

  MDB_cursor* cursor_ = nullptr;
  std::string_view key_;
  std::string_view value_;
  bool erased_ = false;
  int fault_ = 0;
};

} // namespace tributary::lmdb
