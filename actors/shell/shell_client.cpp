#include "actors/shell/shell_client.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "actors/shell/shell_socket.hpp"

namespace tributary {

namespace {

constexpr size_t read_bytes = 64u << 10;

} // namespace

caf::expected<shell_client>
shell_client::connect(const std::string& run_directory) {
  auto path = shell_socket_path(run_directory);
  auto fd = connect_to_node(path);
  if (!fd) {
    if (code_of(fd.error()) == ec::denied)
      return make_error(ec::denied, path
                                        + ": only the user that the node runs "
                                          "as, and root, may ask it");
    return make_error(ec::disconnected,
                      "no node listens at " + path
                          + " (--run-dir names another run directory)");
  }
  timeval limit{answer_seconds_max, 0};
  setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(*fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  return shell_client{*fd};
}

shell_client::shell_client(shell_client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), bytes_(std::move(other.bytes_)) {
  // nop
}

shell_client& shell_client::operator=(shell_client&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

shell_client::~shell_client() {
  if (fd_ >= 0)
    close(fd_);
}

caf::error shell_client::send(const std::string& bytes) {
  for (size_t at = 0; at < bytes.size();) {
    auto n = ::send(fd_, &bytes[at], bytes.size() - at, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return make_error(ec::disconnected, "the node has gone");
    at += static_cast<size_t>(n);
  }
  return {};
}

caf::error shell_client::receive() {
  for (;;) {
    auto at = bytes_.size();
    bytes_.resize(at + read_bytes);
    auto n = recv(fd_, &bytes_[at], read_bytes, 0);
    auto error = errno;
    bytes_.resize(at + static_cast<size_t>(n > 0 ? n : 0));
    if (n > 0)
      return {};
    if (n < 0 && error == EINTR)
      continue;
    if (n < 0 && (error == EAGAIN || error == EWOULDBLOCK))
      return make_error(ec::timed_out, "the node said nothing for "
                                           + std::to_string(answer_seconds_max)
                                           + " s");
    return make_error(ec::disconnected, "the node has gone");
  }
}

caf::expected<shell_message> shell_client::ask(std::vector<std::string> words) {
  std::string bytes;
  put_shell_message(bytes, shell_request{std::move(words)});
  if (auto error = send(bytes))
    return error;
  for (;;) {
    auto body = take_shell_body(bytes_, shell_report_bytes_max);
    if (!body)
      return std::move(body.error());
    if (!body->empty())
      return open_shell_message(*body);
    if (auto error = receive())
      return error;
  }
}

} // namespace tributary
