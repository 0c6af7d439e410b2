#include "actors/node_identity.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include "schema/error.hpp"

namespace tributary {

namespace {

/// Leaves room for lives that count on from what a person wrote.
constexpr int64_t written_epoch_max = 4'200'000'000;

caf::error failed(const std::string& path, const char* words) {
  return make_error(ec::file_unusable, path + ": " + words);
}

/// Writes beside the file and renames, so that no half of it is ever read.
caf::error write_line(const std::string& path, const std::string& line) {
  auto text = line + "\n";
  auto draft = path + ".new";
  auto fd = open(draft.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0)
    return failed(draft, strerror(errno));
  auto written
      = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size())
        && fsync(fd) == 0;
  auto error = errno;
  close(fd);
  if (!written || rename(draft.c_str(), path.c_str()) != 0)
    return failed(path, strerror(written ? errno : error));
  return {};
}

} // namespace

caf::expected<guid> load_node_guid(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) {
    auto id = random_guid();
    if (auto error = write_line(path, to_string(id)))
      return error;
    return id;
  }
  std::ifstream file{path};
  std::string text;
  if (!std::getline(file, text))
    return failed(path, "can't be read");
  auto id = guid::parse(text);
  if (!id || id->empty())
    return failed(path, "holds no GUID; restore it from a backup, or remove it "
                        "to become a new node");
  return *id;
}

caf::expected<epoch_number> load_node_epoch(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0)
    return epoch_number{0};
  std::ifstream file{path};
  int64_t result = 0;
  if (!(file >> result) || result < 0 || result > written_epoch_max)
    return failed(path, "holds no number up to 4200000000; remove it if the "
                        "node's store is whole, else write one that is higher "
                        "than any epoch of this host at its parents");
  return static_cast<epoch_number>(result);
}

caf::error keep_node_epoch(const std::string& path, epoch_number epoch) {
  return write_line(path, std::to_string(epoch));
}

} // namespace tributary
