#include "actors/link/socket.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "schema/error.hpp"

namespace tributary {

namespace {

using clock = std::chrono::steady_clock;

/// Owns a descriptor until it is released.
class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {
    // nop
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (fd_ >= 0)
      close(fd_);
  }
  int get() const noexcept {
    return fd_;
  }
  int release() noexcept {
    return std::exchange(fd_, -1);
  }

private:
  int fd_;
};

struct addrinfo_deleter {
  void operator()(addrinfo* x) const {
    freeaddrinfo(x);
  }
};

using addresses = std::unique_ptr<addrinfo, addrinfo_deleter>;

caf::error failed(ec code, const std::string& place, const char* words) {
  return make_error(code, place + ": " + words);
}

caf::expected<addresses> resolve(const std::string& host,
                                 const std::string& port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* result = nullptr;
  auto rc = getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(),
                        &hints, &result);
  if (rc != 0)
    return failed(ec::disconnected, host + ":" + port, gai_strerror(rc));
  return addresses{result};
}

/// Connects within the deadline; 0 or an errno.
int connect_within(int fd, const sockaddr* address, socklen_t length,
                   clock::time_point deadline) {
  if (connect(fd, address, length) == 0)
    return 0;
  if (errno != EINPROGRESS)
    return errno;
  for (;;) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                    deadline - clock::now())
                    .count();
    if (left <= 0)
      return ETIMEDOUT;
    pollfd waiting{fd, POLLOUT, 0};
    auto rc = poll(&waiting, 1, static_cast<int>(left));
    if (rc < 0 && errno == EINTR)
      continue;
    if (rc == 0)
      return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof(error);
    if (rc < 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
      return errno;
    return error;
  }
}

caf::expected<int> connect_unix(const link_target& target,
                                clock::time_point deadline) {
  auto& path = target.destination.host;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path))
    return failed(ec::disconnected, path, "path is too long");
  memcpy(address.sun_path, path.c_str(), path.size() + 1);
  descriptor fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  auto error = connect_within(fd.get(), reinterpret_cast<sockaddr*>(&address),
                              sizeof(address), deadline);
  if (error != 0)
    return failed(ec::disconnected, path, strerror(error));
  return fd.release();
}

} // namespace

caf::expected<int> connect_to(const link_target& target) {
  auto deadline = clock::now() + std::chrono::milliseconds(target.timeout_ms);
  auto& to = target.destination;
  if (to.protocol == transport::unix_socket)
    return connect_unix(target, deadline);
  auto host = to.interface.empty() ? to.host : to.host + '%' + to.interface;
  auto port = to.port.empty() ? std::to_string(target.default_port) : to.port;
  // An address that was written down is used whatever this machine has.
  auto list = resolve(host, port, AI_NUMERICHOST);
  if (!list)
    list = resolve(host, port, AI_ADDRCONFIG);
  if (!list)
    return std::move(list.error());
  int64_t left = 0;
  for (auto x = list->get(); x != nullptr; x = x->ai_next)
    ++left;
  int error = ECONNREFUSED;
  for (auto x = list->get(); x != nullptr; x = x->ai_next) {
    // One that does not answer leaves the others their part of the time.
    auto now = clock::now();
    auto until = now + (deadline - now) / left--;
    descriptor fd{
        socket(x->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    error = fd.get() < 0
                ? errno
                : connect_within(fd.get(), x->ai_addr, x->ai_addrlen, until);
    if (error != 0)
      continue;
    int on = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd.release();
  }
  return failed(error == ETIMEDOUT ? ec::timed_out : ec::disconnected,
                host + ":" + port, strerror(error));
}

caf::expected<int> listen_on(const std::string& address, uint16_t port) {
  auto place = address + ":" + std::to_string(port);
  // One IPv6 socket takes IPv4 as well; a kernel without IPv6 gets IPv4.
  auto host = address == "*" ? std::string{"::"} : address;
  auto list = resolve(host, std::to_string(port), AI_PASSIVE);
  if (!list)
    return std::move(list.error());
  auto x = list->get();
  descriptor fd{
      socket(x->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd.get() < 0 && address == "*" && errno == EAFNOSUPPORT)
    return listen_on("0.0.0.0", port);
  if (fd.get() < 0)
    return failed(ec::disconnected, "can't listen on " + place,
                  strerror(errno));
  int on = 1;
  int off = 0;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (x->ai_family == AF_INET6)
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
  // The kernel's queue of connections that are not accepted yet; it cuts the
  // number to its own bound.
  constexpr int backlog = 1024;
  if (bind(fd.get(), x->ai_addr, x->ai_addrlen) != 0
      || listen(fd.get(), backlog) != 0)
    return failed(ec::disconnected, "can't listen on " + place,
                  strerror(errno));
  return fd.release();
}

uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return 0;
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
}

std::string peer_address(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0
      || address.ss_family == AF_UNIX)
    return "unix";
  char host[NI_MAXHOST] = "";
  getnameinfo(reinterpret_cast<sockaddr*>(&address), size, host, sizeof(host),
              nullptr, 0, NI_NUMERICHOST);
  return host;
}

} // namespace tributary
