#include "actors/storage/memory_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "schema/error.hpp"

namespace tributary {

namespace {

/// Beside the store's own lock, which goes with the file that it guards.
constexpr const char* lock_name = "/lock";

caf::error unusable(const std::string& path, const std::string& words) {
  return make_error(ec::file_unusable,
                    path + ": " + words
                        + "; '[db] mode' ram and none need memory there");
}

} // namespace

caf::expected<memory_folder> memory_folder::open(const guid& node,
                                                 const std::string& base) {
  auto path = base + "/tributary-" + to_string(node);
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return unusable(path, strerror(errno));
  // Everybody can make folders there: one that is not ours is not used.
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0)
    return unusable(path, strerror(errno));
  if (!S_ISDIR(status.st_mode) || status.st_uid != geteuid()
      || (status.st_mode & 077) != 0)
    return unusable(path, "belongs to somebody else");
  auto lock_path = path + lock_name;
  auto lock = ::open(lock_path.c_str(),
                     O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0)
    return unusable(lock_path, strerror(errno));
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return make_error(ec::already_running, path + ": another node uses it");
  }
  memory_folder result{std::move(path), lock};
  result.clear();
  if (auto error = result.make_file())
    return error;
  return result;
}

/// The name leads to a file without one, so that the memory is free again when
/// the process is gone, also by a kill, and not before: a store that is opened
/// again in this life finds what it had.
caf::error memory_folder::make_file() {
  file_ = ::open(path_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file_ < 0)
    return unusable(path_, strerror(errno));
  auto target
      = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(file_);
  if (symlink(target.c_str(), store_path().c_str()) != 0)
    return unusable(store_path(), strerror(errno));
  return {};
}

memory_folder::memory_folder(memory_folder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      file_(std::exchange(other.file_, -1)) {
  // nop
}

memory_folder::~memory_folder() {
  if (lock_ < 0)
    return;
  clear();
  remove((path_ + lock_name).c_str());
  rmdir(path_.c_str());
  if (file_ >= 0)
    close(file_);
  close(lock_);
}

void memory_folder::clear() const {
  for (auto suffix : {"", "-lock", ".owner"})
    remove((store_path() + suffix).c_str());
}

caf::expected<uint64_t> memory_folder::room_mib(uint64_t wanted) const {
  struct statvfs space {};
  if (statvfs(path_.c_str(), &space) != 0)
    return unusable(path_, strerror(errno));
  auto free_mib = (uint64_t{space.f_bavail} * space.f_frsize) >> 20;
  if (free_mib / 2 < room_min_mib)
    return unusable(path_, std::to_string(free_mib)
                               + " MiB are free and a store takes half of it, "
                                 "at least "
                               + std::to_string(room_min_mib) + " MiB");
  return std::min(wanted, free_mib / 2);
}

} // namespace tributary
