#include "actors/http/listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/error.hpp"

namespace tributary {

namespace {

struct address_list_deleter {
  void operator()(addrinfo* x) const noexcept {
    freeaddrinfo(x);
  }
};

using address_list = std::unique_ptr<addrinfo, address_list_deleter>;

/// Null for what is not numeric; never asks a name server.
address_list parse_numeric(const char* text, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* result = nullptr;
  if (getaddrinfo(text, std::to_string(port).c_str(), &hints, &result) != 0)
    return nullptr;
  return address_list{result};
}

enum class ip_versions : uint8_t { one, both };

bool switch_on(int descriptor, int level, int option, int value) {
  return setsockopt(descriptor, level, option, &value, sizeof(value)) == 0;
}

bool bind_and_listen(int descriptor, const addrinfo& where,
                     ip_versions versions) {
  int only_v6 = versions == ip_versions::one ? 1 : 0;
  return switch_on(descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
         && (where.ai_family != AF_INET6
             || switch_on(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, only_v6))
         && bind(descriptor, where.ai_addr, where.ai_addrlen) == 0
         && listen(descriptor, SOMAXCONN) == 0;
}

uint16_t local_port(int descriptor) {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size)
      != 0)
    return 0;
  auto port = address.ss_family == AF_INET6
                  ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                  : reinterpret_cast<sockaddr_in&>(address).sin_port;
  return ntohs(port);
}

/// A descriptor of -1, with `errno` set, when the system refuses.
listening_socket open_one(const addrinfo& where, ip_versions versions) {
  listening_socket result;
  auto descriptor
      = socket(where.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0)
    return result;
  if (!bind_and_listen(descriptor, where, versions)) {
    auto reason = errno;
    close(descriptor);
    errno = reason;
    return result;
  }
  result.descriptor = descriptor;
  if (where.ai_family == AF_INET6)
    result.version = ip_version::v6;
  result.port = local_port(descriptor);
  return result;
}

} // namespace

caf::expected<listening_socket> open_listening_socket(const std::string& where,
                                                      uint16_t port) {
  bool any = where == "*";
  auto text = any ? "::" : where == "localhost" ? "127.0.0.1" : where.c_str();
  auto address = parse_numeric(text, port);
  if (!address)
    return make_error(ec::bad_configuration,
                      "not an address to listen on: \"" + where + '"');
  auto result = open_one(*address, any ? ip_versions::both : ip_versions::one);
  // The first without IPv6 in the kernel, the second where it is switched off.
  bool without_v6 = errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL;
  if (any && result.descriptor < 0 && without_v6)
    if (auto v4 = parse_numeric("0.0.0.0", port))
      result = open_one(*v4, ip_versions::one);
  if (result.descriptor < 0)
    return make_error(ec::disconnected, "can't listen on " + where + " port "
                                            + std::to_string(port) + ": "
                                            + std::strerror(errno));
  return result;
}

} // namespace tributary
