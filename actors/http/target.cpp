#include "actors/http/target.hpp"

#include <algorithm>
#include <optional>

#include "schema/error.hpp"

namespace tributary {

namespace {

enum class plus_sign { literal, space };

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// None when a percent sign is not followed by two hexadecimal digits.
std::optional<std::string> decode(std::string_view text, plus_sign plus) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == plus_sign::space) {
      c = ' ';
    } else if (c == '%') {
      int high = i + 1 < text.size() ? hex_value(text[i + 1]) : -1;
      int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    result += c;
  }
  return result;
}

bool is_control(char c) noexcept {
  auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

bool is_unreserved(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_'
         || c == '~';
}

/// Cuts `http://authority` off, which proxies send; everything else stays.
std::string_view origin_form(std::string_view raw) {
  auto scheme = raw.find("://");
  if (raw.empty() || raw[0] == '/' || scheme == std::string_view::npos)
    return raw;
  auto path = raw.find('/', scheme + 3);
  return path == std::string_view::npos ? "/" : raw.substr(path);
}

caf::expected<std::vector<http_parameter>>
parse_parameters(std::string_view query) {
  std::vector<http_parameter> result;
  while (!query.empty()) {
    auto end = std::min(query.find('&'), query.size());
    auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty())
      continue;
    auto equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), plus_sign::space);
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())),
                        plus_sign::space);
    if (!name || !value)
      return make_error(ec::bad_request, "broken percent escape in the query");
    result.push_back({std::move(*name), std::move(*value)});
  }
  return result;
}

} // namespace

caf::expected<request_target> parse_target(std::string_view raw) {
  auto text = origin_form(raw);
  text = text.substr(0, text.find('#'));
  auto question = std::min(text.find('?'), text.size());
  auto path = decode(text.substr(0, question), plus_sign::literal);
  if (!path)
    return make_error(ec::bad_request, "broken percent escape in the path");
  if (path->empty() || path->front() != '/')
    return make_error(ec::bad_request, "the path does not start with /");
  if (std::any_of(path->begin(), path->end(), is_control))
    return make_error(ec::bad_request, "control character in the path");
  auto query = text.substr(std::min(question + 1, text.size()));
  auto parameters = parse_parameters(query);
  if (!parameters)
    return std::move(parameters.error());
  return request_target{std::move(*path), std::move(*parameters)};
}

std::string percent_encode(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string result;
  for (char c : text) {
    if (is_unreserved(c)) {
      result += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    result += '%';
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

} // namespace tributary
