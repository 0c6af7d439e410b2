#include "store/backup.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace tributary {

namespace {

constexpr size_t chunk_bytes = size_t{256} << 10;

/// Sync this often, so that the disk's queue stays short for the node's own
/// commits.
constexpr uint64_t sync_bytes = uint64_t{8} << 20;

/// A descriptor that is closed.
class descriptor {
public:
  explicit descriptor(int fd = -1) : fd_(fd) {
    // nop
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    reset();
  }

  void reset() {
    if (fd_ >= 0)
      close(std::exchange(fd_, -1));
  }

  int get() const noexcept {
    return fd_;
  }

private:
  int fd_;
};

caf::error system_failure(const std::string& path) {
  auto code
      = errno == ENOSPC || errno == EDQUOT ? ec::store_full : ec::file_unusable;
  return make_error(code, path + ": " + strerror(errno));
}

bool write_all(int fd, const char* at, size_t left) {
  while (left > 0) {
    auto done = write(fd, at, left);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return false;
    at += done;
    left -= static_cast<size_t>(done);
  }
  return true;
}

/// Moves what comes out of the pipe into the file.
caf::error drain(int from, int to, const std::string& path,
                 const copy_progress& progress, uint64_t& bytes) {
  std::vector<char> chunk(chunk_bytes);
  uint64_t synced = 0;
  for (;;) {
    auto got = read(from, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return system_failure(path);
    if (got == 0)
      return {};
    if (!write_all(to, chunk.data(), static_cast<size_t>(got)))
      return system_failure(path);
    bytes += static_cast<uint64_t>(got);
    if (bytes - synced >= sync_bytes) {
      if (fdatasync(to) != 0)
        return system_failure(path);
      synced = bytes;
    }
    if (progress && !progress(bytes))
      return make_error(ec::disconnected, "the copy was stopped");
  }
}

/// Runs a source against a pipe whose other end is drained here.
caf::error pump(const copy_source& source, int to, const std::string& path,
                const copy_progress& progress, uint64_t& bytes) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return system_failure(path);
  descriptor out{ends[0]};
  caf::error from_source;
  std::thread copier{[&source, &from_source, end = ends[1]] {
    // LMDB waits for the SIGPIPE of a broken pipe, so it must be blocked.
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    from_source = source(end);
    close(end);
  }};
  auto result = drain(ends[0], to, path, progress, bytes);
  out.reset(); // whatever the source still writes fails now
  copier.join();
  return result ? result : from_source;
}

bool is_empty_folder(const std::string& path) {
  auto folder = opendir(path.c_str());
  if (folder == nullptr)
    return false;
  size_t names = 0;
  while (readdir(folder) != nullptr)
    ++names;
  closedir(folder);
  return names == 2; // itself and its parent
}

/// Bytes free in the nearest folder above that is there.
caf::expected<uint64_t> free_bytes_at(std::string path) {
  struct statvfs facts {};
  while (statvfs(path.c_str(), &facts) != 0) {
    auto cut = path.rfind('/');
    if (errno != ENOENT || cut == std::string::npos || path == "/")
      return system_failure(path);
    path = cut == 0 ? "/" : path.substr(0, cut);
  }
  return uint64_t{facts.f_bavail} * facts.f_frsize;
}

std::string mebibytes(uint64_t bytes) {
  return std::to_string((bytes >> 20) + 1) + " MiB";
}

caf::error copy_as_backup(const lmdb::environment& store,
                          const backup_request& what,
                          const copy_progress& progress, copy_report& report) {
  auto draft = what.folder + "/store.mdb.part";
  auto copied = copy_into(
      draft, [&](int to) { return store.copy_to(to, what.compact); }, progress);
  if (!copied)
    return std::move(copied.error());
  report = *copied;
  auto error = write_node_guid(what.folder, what.node);
  // The name comes last: a folder with a store.mdb is a whole backup.
  if (!error
      && rename(draft.c_str(), (what.folder + "/store.mdb").c_str()) != 0)
    error = system_failure(what.folder);
  if (!error)
    error = sync_folder(what.folder);
  if (error)
    for (auto name : {"/store.mdb.part", "/store.mdb", "/node.guid"})
      unlink((what.folder + name).c_str());
  return error;
}

} // namespace

caf::expected<copy_report> copy_into(const std::string& path,
                                     const copy_source& source,
                                     const copy_progress& progress) {
  auto begin = std::chrono::steady_clock::now();
  descriptor to{
      open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600)};
  if (to.get() < 0)
    return system_failure(path);
  copy_report result;
  auto error = pump(source, to.get(), path, progress, result.bytes);
  if (!error && fsync(to.get()) != 0)
    error = system_failure(path);
  if (error) {
    unlink(path.c_str());
    return error;
  }
  result.seconds
      = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
            .count();
  return result;
}

caf::error check_backup(const lmdb::environment& store,
                        const backup_request& what) {
  if (what.folder.empty() || what.folder[0] != '/')
    return make_error(ec::bad_request,
                      "the folder must be an absolute path, not '" + what.folder
                          + "'");
  if (access(what.folder.c_str(), F_OK) == 0 && !is_empty_folder(what.folder))
    return make_error(ec::bad_request,
                      what.folder + " is there and not an empty folder");
  auto use = store.space();
  if (!use)
    return std::move(use.error());
  if (what.compact
      && static_cast<double>(use->used_bytes)
             > compact_use_max * static_cast<double>(use->map_bytes))
    return make_error(
        ec::store_full,
        "over 70 % of the map is in use, and a compact copy keeps what is "
        "dropped meanwhile from being used again; copy without --compact, or "
        "stop the node and use tributary-dump --compact");
  auto room = free_bytes_at(what.folder);
  if (!room)
    return std::move(room.error());
  auto wanted = what.compact ? use->used_bytes : use->file_bytes;
  if (*room < wanted)
    return make_error(ec::store_full, what.folder + ": " + mebibytes(wanted)
                                          + " are needed, " + mebibytes(*room)
                                          + " are free");
  return {};
}

caf::expected<copy_report> back_up(const lmdb::environment& store,
                                   const backup_request& what,
                                   const copy_progress& progress) {
  if (auto error = check_backup(store, what))
    return error;
  bool is_new = false;
  if (auto error = take_empty_folder(what.folder, is_new))
    return error;
  copy_report report;
  auto error = copy_as_backup(store, what, progress, report);
  if (!error)
    return report;
  if (is_new)
    rmdir(what.folder.c_str());
  return error;
}

caf::error take_empty_folder(const std::string& path, bool& is_new) {
  is_new = mkdir(path.c_str(), 0700) == 0;
  if (is_new)
    return {};
  if (errno != EEXIST)
    return system_failure(path);
  if (!is_empty_folder(path))
    return make_error(ec::bad_request,
                      path + " is there and not an empty folder");
  return {};
}

caf::error write_node_guid(const std::string& folder, const guid& node) {
  auto path = folder + "/node.guid";
  auto text = to_string(node) + "\n";
  descriptor to{
      open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600)};
  if (to.get() < 0 || !write_all(to.get(), text.data(), text.size())
      || fsync(to.get()) != 0)
    return system_failure(path);
  return {};
}

caf::error sync_folder(const std::string& folder) {
  descriptor at{open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (at.get() < 0 || fsync(at.get()) != 0)
    return system_failure(folder);
  return {};
}

} // namespace tributary
