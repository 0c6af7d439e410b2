#include "actors/collect/kernel_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "schema/error.hpp"

namespace tributary {

namespace {

/// Most of our files fit; /proc/stat and /proc/net/dev grow from here.
constexpr size_t buffer_bytes_min = 8u << 10;

class open_file {
public:
  explicit open_file(const char* path)
      : fd_(::open(path, O_RDONLY | O_CLOEXEC)) {}
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  ~open_file() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  bool valid() const noexcept {
    return fd_ >= 0;
  }

  /// Bytes read, 0 at the end, -1 with `errno` set.
  ssize_t read(char* data, size_t size) const {
    for (;;) {
      auto count = ::read(fd_, data, size);
      if (count >= 0 || errno != EINTR)
        return count;
    }
  }

private:
  int fd_;
};

/// @param code as of `kernel_files::read_whole`.
caf::error unusable(const std::string& path, int code) {
  if (code < 0)
    return make_error(ec::too_large,
                      path + ": more than "
                          + std::to_string(kernel_files::file_bytes_max)
                          + " bytes");
  // Unlike strerror, this is safe beside other threads.
  return make_error(ec::file_unusable,
                    path + ": " + std::generic_category().message(code));
}

} // namespace

kernel_files::kernel_files(std::string root) : root_(std::move(root)) {}

caf::expected<std::string_view> kernel_files::read(const char* path) {
  std::string_view result;
  auto fault = read_whole(path, result);
  if (fault != 0)
    return unusable(path_, fault);
  return result;
}

caf::expected<std::string_view> kernel_files::read_if_there(const char* path) {
  std::string_view result;
  auto fault = read_whole(path, result);
  // Pressure that is switched off at boot is there and not supported.
  if (fault == ENOENT || fault == EOPNOTSUPP)
    return std::string_view{};
  if (fault != 0)
    return unusable(path_, fault);
  return result;
}

std::optional<std::string_view> kernel_files::peek(const std::string& path) {
  std::string_view result;
  if (read_whole(path.c_str(), result) != 0)
    return std::nullopt;
  return result;
}

int kernel_files::read_whole(const char* path, std::string_view& result) {
  path_.assign(root_);
  path_.append(path);
  open_file file{path_.c_str()};
  if (!file.valid())
    return errno;
  size_t size = 0;
  for (;;) {
    if (size == buffer_.size())
      buffer_.resize(std::max(buffer_bytes_min, 2 * size));
    auto count = file.read(&buffer_[size], buffer_.size() - size);
    if (count < 0)
      return errno;
    if (count == 0) {
      result = {buffer_.data(), size};
      return 0;
    }
    size += static_cast<size_t>(count);
    if (size > file_bytes_max) {
      // One absurd file must not hold its size in memory for years.
      std::string{}.swap(buffer_);
      return -1;
    }
  }
}

} // namespace tributary
