#pragma once

/// Where backups of the running node's store are made: one at a time, in a
/// thread of its own, so that neither writer nor readers nor the shell wait.
/// Shared by the node, which says what the store is, and the shell.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include <caf/expected.hpp>

#include "store/backup.hpp"

namespace tributary {

/// The last backup, or the one that is being made.
struct backup_state {
  enum phase { none, running, done, failed };

  phase at = none;
  std::string folder;
  bool compact = false;
  uint64_t bytes = 0;
  double seconds = 0;
  /// Of a failed one.
  std::string words;
};

class backup_desk {
public:
  backup_desk() = default;
  backup_desk(const backup_desk&) = delete;
  backup_desk& operator=(const backup_desk&) = delete;
  ~backup_desk();

  /// From now on backups are of this store.
  void open(std::shared_ptr<lmdb::environment> store, const guid& node);

  /// Ends the copy that is being made, whose files go, and lets the store go:
  /// it can't be opened again while somebody holds it. Waits for the thread,
  /// which looks up every quarter of a mebibyte.
  void close();

  /// Yields `ec::busy` while there is no store or a backup is being made, and
  /// what `check_backup` does.
  caf::error start(const std::string& folder, bool compact);

  backup_state state() const;

private:
  void run(std::shared_ptr<lmdb::environment> store, backup_request what);

  mutable std::mutex mutex_;
  std::shared_ptr<lmdb::environment> store_;
  guid node_;
  backup_state state_;
  std::thread copier_;
  std::atomic<bool> stops_{false};
  std::atomic<uint64_t> bytes_{0};
};

} // namespace tributary
