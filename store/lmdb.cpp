#include "store/lmdb.hpp"

#include <cassert>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/lmdb_file.hpp"

namespace tributary::lmdb {

namespace {

ec code_of_lmdb(int code) {
  switch (code) {
  case MDB_MAP_FULL:
    return ec::store_full;
  case MDB_INVALID:
  case MDB_CORRUPTED:
  case MDB_PAGE_NOTFOUND:
    return ec::corrupt;
  default:
    return ec::store_failed;
  }
}

caf::error failure(int code, const char* what) {
  auto hint
      = code == MDB_MAP_FULL ? "; '[db] map size' is what it may take" : "";
  return make_error(code_of_lmdb(code),
                    std::string{what} + ": " + mdb_strerror(code) + hint);
}

MDB_val value_of(std::string_view bytes) {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view view_of(const MDB_val& x) {
  return {static_cast<const char*>(x.mv_data), x.mv_size};
}

unsigned flags_of(sync_mode mode) {
  switch (mode) {
  case sync_mode::full:
    return 0;
  case sync_mode::relaxed:
    return MDB_NOMETASYNC;
  case sync_mode::none:
    return MDB_NOSYNC;
  }
  return 0;
}

/// Readers at once: query threads, exports, dumps; each a slot of the lock
/// file.
constexpr unsigned readers_max = 126;

} // namespace

// -- environment --------------------------------------------------------------

struct open_file {
  ~open_file() {
    if (env != nullptr)
      mdb_env_close(env);
    closed->store(true, std::memory_order_release);
  }

  MDB_env* env = nullptr;
  std::array<MDB_dbi, 16> tables{};
  /// A commit has failed, and what of it is on the disk is not known.
  std::atomic<bool> doubtful{false};
  std::shared_ptr<std::atomic<bool>> closed
      = std::make_shared<std::atomic<bool>>(false);
};

namespace {

caf::error open_env(open_file& to, const std::string& path,
                    const environment_options& options, size_t tables) {
  if (auto rc = mdb_env_create(&to.env))
    return failure(rc, "mdb_env_create");
  mdb_env_set_mapsize(to.env, options.map_bytes & ~size_t{4095});
  mdb_env_set_maxdbs(to.env, static_cast<MDB_dbi>(tables));
  mdb_env_set_maxreaders(to.env, readers_max);
  auto flags
      = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD | flags_of(options.sync);
  if (auto rc = mdb_env_open(to.env, path.c_str(), flags, 0600))
    return failure(rc, path.c_str());
  return {};
}

} // namespace

environment::~environment() {
  file_.reset();
  if (lock_ >= 0)
    close(lock_);
}

caf::expected<std::shared_ptr<environment>>
environment::open(const std::string& path, const environment_options& options,
                  const char* const* table_names, size_t table_count,
                  const std::function<caf::error(transaction&)>& check) {
  std::shared_ptr<environment> result{new environment};
  result->path_ = path;
  result->options_ = options;
  result->names_.assign(table_names, table_names + table_count);
  auto file = std::make_shared<open_file>();
  assert(table_count <= file->tables.size());
  // LMDB itself allows several writers' processes; a node wants the file alone.
  auto lock_path = path + ".owner";
  result->lock_ = ::open(lock_path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (result->lock_ < 0)
    return make_error(ec::file_unusable, lock_path + ": " + strerror(errno));
  if (flock(result->lock_, LOCK_EX | LOCK_NB) != 0)
    return make_error(ec::already_running, path);
  if (auto error = check_file(path))
    return error;
  if (auto error = open_env(*file, path, options, table_count))
    return error;
  result->file_ = file;
  result->closed_ = file->closed;
  auto txn = result->write();
  if (!txn)
    return std::move(txn.error());
  for (size_t i = 0; i < table_count; ++i)
    if (auto rc
        = mdb_dbi_open(txn->txn_, table_names[i], MDB_CREATE, &file->tables[i]))
      return failure(rc, table_names[i]);
  if (check)
    if (auto error = check(*txn))
      return error;
  if (auto error = txn->commit())
    return error;
  return result;
}

/// Opens the file that was given up; `mutex_` is held.
caf::error environment::open_again() const {
  // LMDB must not have a file open twice in a process.
  if (!closed_->load(std::memory_order_acquire))
    return make_error(ec::store_failed,
                      "a write failed; the file is opened again once its last "
                      "reader has ended");
  auto file = std::make_shared<open_file>();
  if (auto error = open_env(*file, path_, options_, names_.size()))
    return error;
  MDB_txn* txn = nullptr;
  if (auto rc = mdb_txn_begin(file->env, nullptr, MDB_RDONLY, &txn))
    return failure(rc, "read transaction");
  for (size_t i = 0; i < names_.size(); ++i)
    if (auto rc = mdb_dbi_open(txn, names_[i].c_str(), 0, &file->tables[i])) {
      mdb_txn_abort(txn);
      return failure(rc, names_[i].c_str());
    }
  // A commit keeps the handles of the tables.
  if (auto rc = mdb_txn_commit(txn))
    return failure(rc, "read transaction");
  file->doubtful = true;
  closed_ = file->closed;
  file_ = std::move(file);
  return {};
}

std::shared_ptr<open_file> environment::current(caf::error& fault) const {
  std::lock_guard<std::mutex> guard{mutex_};
  if (!file_)
    fault = open_again();
  return file_;
}

caf::expected<transaction> environment::begin(unsigned flags) const {
  // Once more with the file opened again.
  for (bool again : {true, false}) {
    caf::error fault;
    auto file = current(fault);
    if (!file)
      return fault;
    MDB_txn* txn = nullptr;
    auto rc = mdb_txn_begin(file->env, nullptr, flags, &txn);
    if (rc == 0)
      return transaction{std::move(file), txn};
    if (rc != MDB_PANIC || !again)
      return failure(rc, flags == 0 ? "write transaction" : "read transaction");
    std::lock_guard<std::mutex> guard{mutex_};
    if (file_ == file)
      file_ = nullptr;
  }
  return ec::store_failed;
}

caf::expected<transaction> environment::read() const {
  return begin(MDB_RDONLY);
}

caf::expected<transaction> environment::write() const {
  auto txn = begin(0);
  if (!txn || !txn->file_->doubtful)
    return txn;
  if (options_.sync != sync_mode::none)
    if (auto error = rewrite_meta_pages(path_))
      return error;
  txn->file_->doubtful = false;
  return txn;
}

caf::error environment::copy_to(int to, bool compact) const {
  caf::error fault;
  auto file = current(fault); // stays open as long as the copy takes
  if (!file)
    return fault;
  if (auto rc = mdb_env_copyfd2(file->env, to, compact ? MDB_CP_COMPACT : 0))
    return failure(rc, "copy");
  return {};
}

caf::expected<space_use> environment::space() const {
  auto txn = read();
  if (!txn)
    return std::move(txn.error());
  MDB_envinfo info;
  MDB_stat stat;
  if (auto rc = mdb_env_info(txn->file_->env, &info))
    return failure(rc, "mdb_env_info");
  if (auto rc = mdb_env_stat(txn->file_->env, &stat))
    return failure(rc, "mdb_env_stat");
  // Table 0 of LMDB lists free pages; they will be used before the file grows.
  MDB_cursor* free_list = nullptr;
  size_t free_pages = 0;
  if (mdb_cursor_open(txn->txn_, 0, &free_list) == 0) {
    MDB_val k;
    MDB_val v;
    while (mdb_cursor_get(free_list, &k, &v, MDB_NEXT) == 0) {
      size_t pages = 0;
      memcpy(&pages, v.mv_data, sizeof(pages));
      free_pages += pages;
    }
    mdb_cursor_close(free_list);
  }
  auto used = info.me_last_pgno + 1 - std::min(free_pages, info.me_last_pgno);
  return space_use{info.me_mapsize, used * stat.ms_psize,
                   (info.me_last_pgno + 1) * stat.ms_psize};
}

// -- transaction --------------------------------------------------------------

transaction::transaction(transaction&& other) noexcept
    : file_(std::move(other.file_)), txn_(std::exchange(other.txn_, nullptr)) {
  // nop
}

transaction& transaction::operator=(transaction&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(txn_, other.txn_);
  return *this;
}

transaction::~transaction() {
  if (txn_ != nullptr)
    mdb_txn_abort(txn_);
}

std::optional<std::string_view> transaction::get(table_number table,
                                                 const key& k) const {
  auto mdb_key = value_of(k.bytes());
  MDB_val result;
  if (mdb_get(txn_, file_->tables[table], &mdb_key, &result) != 0)
    return std::nullopt;
  return view_of(result);
}

caf::expected<table_use> transaction::use_of(table_number table) const {
  MDB_stat stat;
  if (auto rc = mdb_stat(txn_, file_->tables[table], &stat))
    return failure(rc, "mdb_stat");
  auto pages
      = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
  return table_use{stat.ms_entries, pages * stat.ms_psize};
}

caf::error transaction::put(table_number table, const key& k,
                            std::string_view value) {
  assert(value.size() % 8 == 0);
  auto mdb_key = value_of(k.bytes());
  auto mdb_value = value_of(value);
  if (auto rc = mdb_put(txn_, file_->tables[table], &mdb_key, &mdb_value, 0))
    return failure(rc, "put");
  return {};
}

caf::expected<bool> transaction::erase(table_number table, const key& k) {
  auto mdb_key = value_of(k.bytes());
  auto rc = mdb_del(txn_, file_->tables[table], &mdb_key, nullptr);
  if (rc == MDB_NOTFOUND)
    return false;
  if (rc != 0)
    return failure(rc, "erase");
  return true;
}

caf::error transaction::commit() {
  if (auto rc = mdb_txn_commit(std::exchange(txn_, nullptr))) {
    file_->doubtful = true;
    return failure(rc, "commit");
  }
  return {};
}

// -- cursor -------------------------------------------------------------------

cursor::cursor(const transaction& txn, table_number table) {
  fault_ = mdb_cursor_open(txn.txn_, txn.file_->tables[table], &cursor_);
  if (fault_ != 0)
    cursor_ = nullptr;
}

cursor::~cursor() {
  if (cursor_ != nullptr)
    mdb_cursor_close(cursor_);
}

bool cursor::move(int operation) {
  MDB_val k = value_of(key_);
  MDB_val v;
  if (cursor_ == nullptr)
    return false;
  auto rc
      = mdb_cursor_get(cursor_, &k, &v, static_cast<MDB_cursor_op>(operation));
  // Behind a deleted last entry there is no current one: LMDB's word for that.
  auto is_end
      = rc == MDB_NOTFOUND || (rc == EINVAL && operation == MDB_GET_CURRENT);
  fault_ = is_end ? 0 : rc;
  if (rc != 0)
    return false;
  key_ = view_of(k);
  value_ = view_of(v);
  erased_ = false;
  return true;
}

bool cursor::first() {
  return move(MDB_FIRST);
}

bool cursor::last() {
  return move(MDB_LAST);
}

bool cursor::seek(const key& at_least) {
  key_ = at_least.bytes();
  return move(MDB_SET_RANGE);
}

bool cursor::next() {
  // After a deletion LMDB's cursor already stands on the next entry.
  return move(erased_ ? MDB_GET_CURRENT : MDB_NEXT);
}

bool cursor::previous() {
  return move(MDB_PREV);
}

caf::error cursor::fault() const {
  return fault_ == 0 ? caf::error{} : failure(fault_, "cursor");
}

key cursor::current_key() const {
  return key::from_bytes(key_);
}

caf::error cursor::erase() {
  if (auto rc = mdb_cursor_del(cursor_, 0))
    return failure(rc, "erase");
  erased_ = true;
  return {};
}

} // namespace tributary::lmdb
