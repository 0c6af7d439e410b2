#include "config/destination.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "config/fault.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

/// `sun_path` of a socket address holds 108 bytes with its NUL.
constexpr size_t unix_path_bytes_max = 107;

/// The longest name that DNS carries, RFC 1035.
constexpr size_t host_name_bytes_max = 253;

/// IFNAMSIZ without its NUL.
constexpr size_t interface_bytes_max = 15;

/// The longest service name, RFC 6335.
constexpr size_t service_name_bytes_max = 15;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_alphanumeric(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

template <class Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool strip_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix)
    return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool strip_tls(std::string_view& text) {
  if (text.size() < 4)
    return false;
  auto tail = text.substr(text.size() - 4);
  if (tail != ":SSL" && tail != ":ssl")
    return false;
  text.remove_suffix(4);
  return true;
}

bool is_ipv4(const std::string& text) {
  in_addr address;
  return inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_ipv6(const std::string& text) {
  in6_addr address;
  return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_link_local(const std::string& text) {
  in6_addr address;
  return inet_pton(AF_INET6, text.c_str(), &address) == 1
         && address.s6_addr[0] == 0xfe && (address.s6_addr[1] & 0xc0) == 0x80;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= host_name_bytes_max && text[0] != '-'
         && text[0] != '.' && text.find("..") == std::string_view::npos
         && all_of(text, [](char c) {
              return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
            });
}

/// Looks like an IPv4 address and is none, or is a lone port.
bool is_only_digits_and_dots(std::string_view text) {
  return all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

/// Empty when the port is right, else what is wrong with it.
std::string port_fault(std::string_view port) {
  if (port.empty())
    return "there is no port after ':'";
  if (all_of(port, is_digit)) {
    uint32_t number = 0;
    auto end = port.data() + port.size();
    auto [rest, error] = std::from_chars(port.data(), end, number);
    auto fits
        = error == std::errc{} && rest == end && number >= 1 && number <= 65535;
    return fits ? ""
                : fmt::format("port {} is not in 1 to 65535", in_quotes(port));
  }
  auto is_name
      = port.size() <= service_name_bytes_max
        && all_of(port, [](char c) { return is_alphanumeric(c) || c == '-'; });
  return is_name ? ""
                 : fmt::format("{} is neither a port nor a service name",
                               in_quotes(port));
}

std::string host_fault(const destination& x, bool has_brackets) {
  if (x.host.empty())
    return "there is no host";
  if (has_brackets)
    return is_ipv6(x.host)
               ? ""
               : fmt::format("{} is not an IPv6 address", in_quotes(x.host));
  if (is_only_digits_and_dots(x.host) && !is_ipv4(x.host))
    return fmt::format("{} is neither a name nor an IPv4 address",
                       in_quotes(x.host));
  if (!is_host_name(x.host))
    return fmt::format("{} is not a host name", in_quotes(x.host));
  return "";
}

std::string interface_fault(const destination& x) {
  if (x.interface.empty() || x.interface.size() > interface_bytes_max)
    return "the interface after '%' has 1 to 15 characters";
  if (!is_link_local(x.host))
    return "'%' names the interface of a link-local IPv6 address only, such "
           "as [fe80::1]%eth0";
  auto is_name = all_of(x.interface, [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_' || c == '@';
  });
  return is_name
             ? ""
             : fmt::format("{} is not an interface", in_quotes(x.interface));
}

caf::error wrong(std::string_view text, std::string_view why) {
  return make_error(ec::bad_configuration,
                    fmt::format("{}: {}", in_quotes(text), why));
}

caf::expected<destination> parse_unix(std::string_view text,
                                      std::string_view path) {
  destination result;
  result.protocol = transport::unix_socket;
  if (strip_tls(path))
    return wrong(text, "a unix socket needs no TLS and has none");
  if (path.empty() || path[0] != '/')
    return wrong(text, "the path of a unix socket starts with '/'");
  if (path.size() > unix_path_bytes_max)
    return wrong(text, fmt::format("the path of a unix socket has at most {} "
                                   "bytes",
                                   unix_path_bytes_max));
  result.host = path;
  return result;
}

/// Takes the host and its brackets, which are closed, off the front of `rest`.
std::string_view take_host(std::string_view& rest) {
  auto has_bracket = strip_prefix(rest, "[");
  auto host
      = rest.substr(0, has_bracket ? rest.find(']') : rest.find_first_of(":%"));
  rest.remove_prefix(host.size() + (has_bracket ? 1 : 0));
  return host;
}

caf::expected<destination> parse_tcp(std::string_view text,
                                     std::string_view rest) {
  destination result;
  result.tls = strip_tls(rest);
  auto has_brackets = !rest.empty() && rest[0] == '[';
  if (!has_brackets && std::count(rest.begin(), rest.end(), ':') > 1)
    return wrong(text, "too many ':'; an IPv6 address stands in brackets and "
                       "TLS is asked for by ':SSL' at the end");
  if (has_brackets && rest.find(']') == std::string_view::npos)
    return wrong(text, "']' is missing");
  auto host = take_host(rest);
  // Both [fe80::1]%eth0 and [fe80::1%eth0] are in use.
  auto percent = host.find('%');
  result.host = host.substr(0, percent);
  auto has_interface = percent != std::string_view::npos;
  if (has_interface)
    result.interface = host.substr(percent + 1);
  else if (strip_prefix(rest, "%")) {
    has_interface = true;
    result.interface = rest.substr(0, rest.find(':'));
    rest.remove_prefix(result.interface.size());
  }
  auto why = host_fault(result, has_brackets);
  if (why.empty() && has_interface)
    why = interface_fault(result);
  if (why.empty() && strip_prefix(rest, ":")) {
    result.port = rest;
    rest = {};
    why = port_fault(result.port);
  }
  if (why.empty() && !rest.empty())
    why = fmt::format("{} after the host is not understood", in_quotes(rest));
  if (!why.empty())
    return wrong(text, why);
  return result;
}

bool is_protocol_name(std::string_view host) noexcept {
  return host == "tcp" || host == "udp" || host == "unix";
}

} // namespace

bool operator==(const destination& x, const destination& y) noexcept {
  return x.protocol == y.protocol && x.tls == y.tls && x.host == y.host
         && x.interface == y.interface && x.port == y.port;
}

caf::expected<destination> parse_destination(std::string_view text) {
  auto rest = text;
  if (strip_prefix(rest, "unix:") || (!rest.empty() && rest[0] == '/'))
    return parse_unix(text, rest);
  if (strip_prefix(rest, "udp:"))
    return wrong(text, "no parent receives udp");
  strip_prefix(rest, "tcp:");
  return parse_tcp(text, rest);
}

caf::expected<std::vector<destination>>
parse_destinations(std::string_view text) {
  std::vector<destination> result;
  std::string faults;
  for (size_t count = 1;; ++count) {
    auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos)
      break;
    if (count > destinations_max)
      return make_error(
          ec::bad_configuration,
          fmt::format("more than {} destinations", destinations_max));
    text.remove_prefix(first);
    auto item = text.substr(0, text.find_first_of(" \t"));
    text.remove_prefix(item.size());
    if (auto x = parse_destination(item)) {
      result.push_back(std::move(*x));
    } else {
      faults += faults.empty() ? "" : "; ";
      faults += detail_of(x.error());
    }
  }
  if (!faults.empty())
    return make_error(ec::bad_configuration, std::move(faults));
  return result;
}

std::string to_string(const destination& x) {
  if (x.protocol == transport::unix_socket)
    return "unix:" + x.host;
  std::string result = is_protocol_name(x.host) ? "tcp:" : "";
  auto is_ipv6 = x.host.find(':') != std::string::npos;
  result += is_ipv6 ? "[" + x.host + "]" : x.host;
  if (!x.interface.empty())
    result += "%" + x.interface;
  if (!x.port.empty())
    result += ":" + x.port;
  if (x.tls)
    result += ":SSL";
  return result;
}

} // namespace tributary
