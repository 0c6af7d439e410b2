#include "store/lmdb_copy.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <lmdb.h>
#include <unistd.h>

#include "store/lmdb.hpp"

namespace tributary::lmdb {

namespace {

caf::error failure(int code, const std::string& what) {
  auto full = code == ENOSPC || code == EDQUOT;
  return make_error(full ? ec::store_full : ec::store_failed,
                    what + ": " + mdb_strerror(code));
}

/// Opens for reading. Without a lock file nobody writes, and none is made.
int open_reading(const std::string& path, bool locks, MDB_env** to) {
  if (auto rc = mdb_env_create(to))
    return rc;
  auto flags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD | MDB_RDONLY
               | (locks ? 0 : MDB_NOLOCK);
  return mdb_env_open(*to, path.c_str(), static_cast<unsigned>(flags), 0600);
}

bool has_lock_file(const std::string& path) {
  return access((path + "-lock").c_str(), R_OK | W_OK) == 0;
}

caf::error copy(MDB_env* env, int to, bool compact) {
  if (auto rc = mdb_env_copyfd2(env, to, compact ? MDB_CP_COMPACT : 0))
    return failure(rc, "copy");
  return {};
}

} // namespace

caf::error copy_compact(const std::string& path, int to) {
  MDB_env* env = nullptr;
  auto rc = open_reading(path, has_lock_file(path), &env);
  auto result = rc == 0 ? copy(env, to, true) : failure(rc, path);
  mdb_env_close(env);
  return result;
}

caf::expected<snapshot_hold> snapshot_hold::open(const std::string& path) {
  if (!has_lock_file(path))
    return make_error(ec::file_unusable, path + "-lock: " + strerror(errno));
  snapshot_hold result;
  if (auto rc = open_reading(path, true, &result.env_))
    return failure(rc, path);
  if (auto rc = mdb_txn_begin(result.env_, nullptr, MDB_RDONLY, &result.txn_))
    return failure(rc, path);
  return result;
}

snapshot_hold::snapshot_hold(snapshot_hold&& other) noexcept
    : env_(std::exchange(other.env_, nullptr)),
      txn_(std::exchange(other.txn_, nullptr)) {
  // nop
}

snapshot_hold& snapshot_hold::operator=(snapshot_hold&& other) noexcept {
  std::swap(env_, other.env_);
  std::swap(txn_, other.txn_);
  return *this;
}

snapshot_hold::~snapshot_hold() {
  if (txn_ != nullptr)
    mdb_txn_abort(txn_);
  if (env_ != nullptr)
    mdb_env_close(env_);
}

uint64_t snapshot_hold::transaction() const {
  return mdb_txn_id(txn_);
}

} // namespace tributary::lmdb
