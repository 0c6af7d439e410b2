#include "tests/faults/failing_disk.hpp"

#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

namespace tributary {

namespace {

template <class F>
F next(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

using pwrite_function = ssize_t (*)(int, const void*, size_t, off_t);

ssize_t real_pwrite(int fd, const void* bytes, size_t size, off_t at) {
  static auto f = next<pwrite_function>("pwrite");
  return f(fd, bytes, size, at);
}

std::mutex place_mutex;
std::string place;

/// The path of a store's data file; empty for all other files.
std::string store_of(int fd) {
  char path[4096];
  auto link = "/proc/self/fd/" + std::to_string(fd);
  auto size = readlink(link.c_str(), path, sizeof(path));
  std::string result{path, size > 0 ? static_cast<size_t>(size) : 0};
  const std::string ending = ".mdb";
  auto ends
      = result.size() > ending.size()
        && result.compare(result.size() - ending.size(), ending.size(), ending)
               == 0;
  std::lock_guard<std::mutex> guard{place_mutex};
  return ends && result.compare(0, place.size(), place) == 0 ? result
                                                             : std::string{};
}

// -- what a loss of power leaves ----------------------------------------------

struct platter {
  int fd = -1;
  std::vector<std::pair<off_t, std::string>> waiting;
};

std::mutex platters_mutex;
bool platters_kept = false;
std::mt19937_64 coin;
std::map<std::string, platter> platters;

platter* platter_of(const std::string& path) {
  if (!platters_kept)
    return nullptr;
  auto& result = platters[path];
  if (result.fd < 0)
    result.fd
        = open((path + ".platter").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  return &result;
}

void note_write(const std::string& path, bool synced, const iovec* parts,
                int count, off_t at) {
  std::lock_guard<std::mutex> guard{platters_mutex};
  auto to = platter_of(path);
  if (to == nullptr)
    return;
  for (int i = 0; i < count; ++i) {
    if (synced || coin() % 2 == 0)
      real_pwrite(to->fd, parts[i].iov_base, parts[i].iov_len, at);
    if (!synced)
      to->waiting.emplace_back(
          at, std::string{static_cast<const char*>(parts[i].iov_base),
                          parts[i].iov_len});
    at += static_cast<off_t>(parts[i].iov_len);
  }
}

void note_sync(const std::string& path, bool succeeded) {
  std::lock_guard<std::mutex> guard{platters_mutex};
  auto to = platter_of(path);
  if (to == nullptr)
    return;
  if (succeeded)
    for (auto& x : to->waiting)
      real_pwrite(to->fd, x.second.data(), x.second.size(), x.first);
  to->waiting.clear();
}

// -- which call fails ---------------------------------------------------------

failing_disk* map_control() {
  static failing_disk own{};
  own.kinds = call_any;
  auto path = getenv("FAILING_DISK_CONTROL");
  if (path == nullptr)
    return &own;
  auto fd = open(path, O_RDWR | O_CLOEXEC);
  auto shared = fd < 0 ? MAP_FAILED
                       : mmap(nullptr, sizeof(failing_disk),
                              PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared == MAP_FAILED) {
    perror(path);
    abort();
  }
  close(fd);
  return static_cast<failing_disk*>(shared);
}

/// Counts the call; true when it is to fail.
bool fails(disk_calls kind) {
  auto& disk = disk_of_process();
  if ((disk.kinds & kind) == 0)
    return false;
  auto number = ++disk.calls;
  if (number < disk.first || number > disk.last)
    return false;
  constexpr int64_t step_ms = 50;
  for (int64_t waited = 0; waited < disk.stall_ms; waited += step_ms)
    std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
  if (disk.error == 0 && disk.fault != static_cast<int64_t>(disk_fault::cut))
    return false;
  ++disk.failed;
  return true;
}

ssize_t write_parts(int fd, const iovec* parts, int count, off_t at) {
  auto path = store_of(fd);
  auto real = [&](const iovec* from, int n) {
    ssize_t total = 0;
    for (int i = 0; i < n; ++i) {
      auto done
          = real_pwrite(fd, from[i].iov_base, from[i].iov_len, at + total);
      if (done < 0)
        return total == 0 ? done : total;
      total += done;
    }
    return total;
  };
  if (path.empty())
    return real(parts, count);
  auto synced = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
  if (!fails(synced ? call_synced_write : call_write)) {
    auto result = real(parts, count);
    note_write(path, synced, parts, count, at);
    return result;
  }
  auto& disk = disk_of_process();
  auto fault = static_cast<disk_fault>(disk.fault.load());
  if (fault == disk_fault::cut) {
    iovec half{parts[0].iov_base, parts[0].iov_len / 2};
    return real(&half, 1);
  }
  if (fault == disk_fault::written) {
    real(parts, count);
    if (coin() % 2 == 0) // it may have reached the disk all the same
      note_write(path, synced, parts, count, at);
  }
  errno = static_cast<int>(disk.error);
  return -1;
}

int sync_file(int fd, const char* name) {
  auto path = store_of(fd);
  if (!path.empty() && fails(call_sync)) {
    note_sync(path, false);
    errno = static_cast<int>(disk_of_process().error);
    return -1;
  }
  auto result = next<int (*)(int)>(name)(fd);
  if (!path.empty())
    note_sync(path, result == 0);
  return result;
}

} // namespace

failing_disk& disk_of_process() {
  static auto result = map_control();
  return *result;
}

void place_disk(const std::string& folder) {
  std::lock_guard<std::mutex> guard{place_mutex};
  place = folder;
}

void fail_calls(int64_t number, int64_t count, int error, disk_fault fault) {
  auto& disk = disk_of_process();
  disk.last = 0;
  auto first = disk.calls + number;
  disk.first = first;
  disk.fault = static_cast<int64_t>(fault);
  disk.error = error;
  disk.last = first + count - 1;
}

void repair_disk() {
  auto& disk = disk_of_process();
  disk.last = 0;
  disk.error = 0;
  disk.fault = static_cast<int64_t>(disk_fault::refused);
  disk.kinds = call_any;
}

void keep_platters(uint64_t seed) {
  std::lock_guard<std::mutex> guard{platters_mutex};
  coin.seed(seed);
  platters_kept = true;
}

void lose_power() {
  std::lock_guard<std::mutex> guard{platters_mutex};
  for (auto& x : platters)
    close(x.second.fd);
  platters.clear();
}

} // namespace tributary

// -- what LMDB calls ----------------------------------------------------------

extern "C" {

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  iovec part{const_cast<void*>(bytes), size};
  return tributary::write_parts(fd, &part, 1, at);
}

/// LMDB seeks first; only files of a store have their place moved here.
ssize_t writev(int fd, const iovec* parts, int count) {
  using function = ssize_t (*)(int, const iovec*, int);
  static auto real = tributary::next<function>("writev");
  if (tributary::store_of(fd).empty())
    return real(fd, parts, count);
  auto at = lseek(fd, 0, SEEK_CUR);
  return tributary::write_parts(fd, parts, count, at);
}

int fdatasync(int fd) {
  return tributary::sync_file(fd, "fdatasync");
}

int fsync(int fd) {
  return tributary::sync_file(fd, "fsync");
}

/// FAILING_DISK_MAP_BYTES makes a store smaller than options allow, so that it
/// is full soon.
int mdb_env_set_mapsize(void* env, size_t bytes) {
  static auto real
      = tributary::next<int (*)(void*, size_t)>("mdb_env_set_mapsize");
  auto wanted = getenv("FAILING_DISK_MAP_BYTES");
  return real(env, wanted != nullptr ? strtoul(wanted, nullptr, 10) : bytes);
}

} // extern "C"
