#include "config/option_kind.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace tributary {

namespace {

/// Twice what the kernel allows for its own name.
constexpr size_t hostname_bytes_max = 128;

bool is_hostname_character(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
         || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

bool is_address(const std::string& text) {
  in6_addr address;
  return inet_pton(AF_INET, text.c_str(), &address) == 1
         || inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

} // namespace

caf::expected<uint64_t> size_mib_kind::read(std::string_view text) const {
  auto size_mib = parse_size_mib(text);
  if (size_mib && (*size_mib < min || *size_mib > max))
    return bad_value(fmt::format("{} is not in {}", in_quotes(text), bounds()));
  return size_mib;
}

std::string size_mib_kind::write(uint64_t x) const {
  return size_text(x);
}

std::string size_mib_kind::bounds() const {
  return fmt::format("{} to {}", size_text(min), size_text(max));
}

caf::expected<std::string> path_kind::read(std::string_view text) const {
  if (text.empty() && !may_be_empty)
    return bad_value("the path is empty");
  if (text.size() > bytes_max)
    return bad_value(fmt::format("the path has {} bytes, at most {} fit",
                                 text.size(), bytes_max));
  return std::string{text};
}

caf::expected<hostname_kind::value_type>
hostname_kind::read(std::string_view text) const {
  if (text.empty())
    return value_type{};
  if (text.size() > hostname_bytes_max)
    return bad_value(fmt::format("{} has {} bytes, at most {} are a name",
                                 in_quotes(text), text.size(),
                                 hostname_bytes_max));
  if (!std::all_of(text.begin(), text.end(), is_hostname_character))
    return bad_value(fmt::format("{} is not a name of letters, digits, '.', "
                                 "'_' and '-'",
                                 in_quotes(text)));
  return value_type{std::string{text}};
}

caf::expected<std::string>
bind_address_kind::read(std::string_view text) const {
  std::string result{text};
  if (text == "*" || text == "localhost" || is_address(result))
    return result;
  return bad_value(fmt::format("{} is not {}; the port has a key of its own",
                               in_quotes(text), bounds()));
}

caf::expected<guid> key_kind::read(std::string_view text) const {
  if (text.empty())
    return guid{};
  auto x = guid::parse(text);
  if (!x)
    return bad_value("the value is not a UUID of 36 characters, as uuidgen "
                     "makes it");
  if (x->empty())
    return bad_value("a key of zeros is no key");
  return *x;
}

std::string destinations_kind::write(const value_type& x) const {
  std::string result;
  for (const auto& item : x) {
    result += result.empty() ? "" : " ";
    result += to_string(item);
  }
  return result;
}

caf::expected<simple_pattern>
address_pattern_kind::read(std::string_view text) const {
  if (text.empty())
    return bad_value("the pattern is empty and admits nobody; '*' admits all");
  // A network in prefix form would silently match nobody.
  if (text.find('/') != std::string_view::npos)
    return bad_value(fmt::format("{} holds '/', which no address does; write "
                                 "a network as a pattern such as 10.1.*",
                                 in_quotes(text)));
  return simple_pattern{text};
}

caf::expected<codec_order_kind::value_type>
codec_order_kind::read(std::string_view text) const {
  value_type result;
  for (size_t at = 0; at < text.size();) {
    auto end = std::min(text.find(' ', at), text.size());
    auto word = text.substr(at, end - at);
    at = end + 1;
    auto codec = codec_of(word);
    if (word.empty() || word == "brotli" || word == "gzip")
      continue;
    if (!codec)
      return bad_value(
          fmt::format("{} is not one of: zstd, lz4", in_quotes(word)));
    if (std::find(result.begin(), result.end(), *codec) != result.end())
      return bad_value(fmt::format("{} is named twice", to_string(*codec)));
    result.push_back(*codec);
  }
  if (result.empty())
    return bad_value("it names neither zstd nor lz4; 'enable compression = no' "
                     "is for none");
  return result;
}

std::string codec_order_kind::write(const value_type& x) const {
  std::string result;
  for (auto codec : x) {
    result += result.empty() ? "" : " ";
    result += to_string(codec);
  }
  return result;
}

caf::expected<simple_pattern>
guid_pattern_kind::read(std::string_view text) const {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  size_t terms = 0;
  for (size_t at = 0; at < lower.size();) {
    auto end = std::min(lower.find_first_of(" \t", at), lower.size());
    auto term = std::string_view{lower}.substr(at, end - at);
    at = end + 1;
    if (term.empty())
      continue;
    ++terms;
    auto name = term.front() == '!' ? term.substr(1) : term;
    if (name.find('*') == std::string_view::npos && !guid::parse(name))
      return bad_value(fmt::format("{} is neither a machine GUID, a UUID of 36 "
                                   "characters, nor a pattern with '*'",
                                   in_quotes(term)));
  }
  if (terms == 0)
    return bad_value("the pattern is empty and admits nobody; '*' admits all");
  return simple_pattern{lower};
}

caf::expected<simple_pattern>
name_pattern_kind::read(std::string_view text) const {
  if (text.empty())
    return bad_value("the pattern is empty and admits nobody; '*' admits all");
  return simple_pattern{text};
}

} // namespace tributary
