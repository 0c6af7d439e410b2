#include "actors/http/content_coding.hpp"

#include <algorithm>
#include <optional>

#include <zlib.h>

namespace tributary {

namespace {

/// zlib's way to ask for a gzip head instead of its own.
constexpr int gzip_window_bits = 15 + 16;
constexpr int memory_level = 8;

/// Bodies are made anew for each request: speed counts more than size.
constexpr int answer_level = 1;

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) noexcept {
  auto begin = std::min(text.find_first_not_of(blanks), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

bool equals(std::string_view text, std::string_view lower) noexcept {
  auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
  };
  return text.size() == lower.size()
         && std::equal(text.begin(), text.end(), lower.begin(), same);
}

/// A weight in thousandths, `0` to `1` with up to three decimals (RFC 9110,
/// 12.4.2); 0 when malformed.
int thousandths(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')
      || (text.size() > 1 && text[1] != '.'))
    return 0;
  int result = (text[0] - '0') * 1000;
  int unit = 100;
  for (char c : text.substr(std::min<size_t>(2, text.size()))) {
    if (c < '0' || c > '9')
      return 0;
    result += (c - '0') * unit;
    unit /= 10;
  }
  return result > 1000 ? 0 : result;
}

/// The weight behind a coding, 1000 without one.
int weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    auto end = std::min(parameters.find(';'), parameters.size());
    auto one = trimmed(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (one.size() >= 2 && equals(one.substr(0, 2), "q="))
      return thousandths(trimmed(one.substr(2)));
  }
  return 1000;
}

constexpr std::string_view compressible_types[] = {
    "application/json", "application/manifest+json",
    "application/wasm", "application/yaml",
    "image/svg+xml",
};

} // namespace

bool accepts_gzip(std::string_view accept_encoding) noexcept {
  std::optional<int> named;
  std::optional<int> any;
  int identity = 0;
  while (!accept_encoding.empty()) {
    auto end = std::min(accept_encoding.find(','), accept_encoding.size());
    auto one = accept_encoding.substr(0, end);
    accept_encoding.remove_prefix(std::min(end + 1, accept_encoding.size()));
    auto cut = std::min(one.find(';'), one.size());
    auto coding = trimmed(one.substr(0, cut));
    auto weight = weight_of(one.substr(std::min(cut + 1, one.size())));
    if (equals(coding, "gzip") || equals(coding, "x-gzip"))
      named = weight;
    else if (coding == "*")
      any = weight;
    else if (equals(coding, "identity"))
      identity = weight;
  }
  auto wanted = named ? *named : any.value_or(0);
  return wanted > 0 && wanted >= identity;
}

std::string gzip(std::string_view bytes, int level) {
  z_stream stream{};
  std::string result;
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window_bits, memory_level,
                   Z_DEFAULT_STRATEGY)
      != Z_OK)
    return result;
  result.resize(deflateBound(&stream, bytes.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  auto outcome = deflate(&stream, Z_FINISH);
  result.resize(outcome == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return result;
}

bool is_compressible(std::string_view content_type) noexcept {
  auto type = trimmed(content_type.substr(0, content_type.find(';')));
  constexpr std::string_view text = "text/";
  return type.substr(0, text.size()) == text
         || std::find(std::begin(compressible_types),
                      std::end(compressible_types), type)
                != std::end(compressible_types);
}

void encode(http_response& response, std::string_view accept_encoding) {
  for (auto& field : response.headers)
    if (field.first == "Content-Encoding")
      return;
  if (!is_compressible(response.content_type))
    return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (response.body.size() < gzip_bytes_min || !accepts_gzip(accept_encoding))
    return;
  auto packed = gzip(response.body, answer_level);
  if (packed.empty() || packed.size() >= response.body.size())
    return;
  response.body = std::move(packed);
  response.headers.emplace_back("Content-Encoding", "gzip");
  for (auto& [name, value] : response.headers)
    if (name == "ETag" && value.substr(0, 2) != "W/")
      value.insert(0, "W/"); // the bytes are others now
}

} // namespace tributary
