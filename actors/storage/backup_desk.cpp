#include "actors/storage/backup_desk.hpp"

#include <utility>

namespace tributary {

backup_desk::~backup_desk() {
  close();
}

void backup_desk::open(std::shared_ptr<lmdb::environment> store,
                       const guid& node) {
  std::lock_guard<std::mutex> guard{mutex_};
  store_ = std::move(store);
  node_ = node;
}

void backup_desk::close() {
  std::thread copier;
  {
    std::lock_guard<std::mutex> guard{mutex_};
    store_.reset();
    stops_ = true;
    copier = std::move(copier_);
  }
  // Not under the lock: the thread's last act is to say how it went.
  if (copier.joinable())
    copier.join();
}

caf::error backup_desk::start(const std::string& folder, bool compact) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (!store_)
    return make_error(ec::busy, "storage is not open");
  if (state_.at == backup_state::running)
    return make_error(ec::busy, "a backup is being made in " + state_.folder);
  backup_request what{folder, node_, compact};
  if (auto error = check_backup(*store_, what))
    return error;
  if (copier_.joinable())
    copier_.join(); // of the last one, which is done
  state_ = {backup_state::running, folder, compact, 0, 0, {}};
  stops_ = false;
  bytes_ = 0;
  copier_ = std::thread{[this, store = store_, what]() mutable {
    run(std::move(store), std::move(what));
  }};
  return {};
}

void backup_desk::run(std::shared_ptr<lmdb::environment> store,
                      backup_request what) {
  auto copied = back_up(*store, what, [this](uint64_t bytes) {
    bytes_ = bytes;
    return !stops_;
  });
  store.reset(); // before anybody can take it for done
  std::lock_guard<std::mutex> guard{mutex_};
  state_.bytes = copied ? copied->bytes : bytes_.load();
  if (copied) {
    state_.seconds = copied->seconds;
    state_.at = backup_state::done;
  } else {
    state_.words = words_of(copied.error());
    state_.at = backup_state::failed;
  }
}

backup_state backup_desk::state() const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto result = state_;
  if (result.at == backup_state::running)
    result.bytes = bytes_;
  return result;
}

} // namespace tributary
