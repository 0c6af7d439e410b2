#include "actors/shell/shell_socket.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace tributary {

namespace {

caf::error failed(ec code, const std::string& path, int error) {
  return make_error(code, path + ": " + strerror(error));
}

caf::expected<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un result{};
  result.sun_family = AF_UNIX;
  if (path.size() >= sizeof(result.sun_path))
    return make_error(ec::file_unusable, path
                                             + ": the path of a socket ends "
                                               "at 107 bytes");
  memcpy(result.sun_path, path.c_str(), path.size() + 1);
  return result;
}

/// Closes the socket and keeps `errno`.
caf::error give_up(int fd, ec code, const std::string& path) {
  auto error = errno;
  close(fd);
  return failed(code, path, error);
}

/// True when the file may be replaced: nobody listens on it any more.
bool is_stale(const sockaddr_un& address) {
  auto fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return false;
  auto rc = connect(fd, reinterpret_cast<const sockaddr*>(&address),
                    sizeof(address));
  auto refused = rc != 0 && errno == ECONNREFUSED;
  close(fd);
  return refused;
}

} // namespace

std::string shell_socket_path(const std::string& run_directory) {
  return run_directory + "/shell.sock";
}

caf::expected<int> listen_for_shells(const std::string& path) {
  auto address = address_of(path);
  if (!address)
    return std::move(address.error());
  auto fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return failed(ec::file_unusable, path, errno);
  auto raw = reinterpret_cast<const sockaddr*>(&*address);
  // Linux gives the file the mode of the socket: it is never open to others,
  // not even between two calls.
  fchmod(fd, 0600);
  auto rc = bind(fd, raw, sizeof(*address));
  if (rc != 0 && errno == EADDRINUSE) {
    if (!is_stale(*address)) {
      close(fd);
      return make_error(ec::already_running,
                        path
                            + ": another node answers there; each needs a "
                              "run directory of its own");
    }
    unlink(path.c_str());
    rc = bind(fd, raw, sizeof(*address));
  }
  constexpr int backlog = 16;
  if (rc != 0 || chmod(path.c_str(), 0600) != 0 || listen(fd, backlog) != 0)
    return give_up(fd, ec::file_unusable, path);
  return fd;
}

caf::expected<int> connect_to_node(const std::string& path) {
  auto address = address_of(path);
  if (!address)
    return std::move(address.error());
  auto fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return failed(ec::disconnected, path, errno);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&*address),
              sizeof(*address))
      != 0)
    return give_up(
        fd, errno == EACCES || errno == EPERM ? ec::denied : ec::disconnected,
        path);
  return fd;
}

bool is_own_peer(int socket) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return false;
  return peer.uid == geteuid() || peer.uid == 0;
}

} // namespace tributary
