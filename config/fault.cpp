#include "config/fault.hpp"

#include <fmt/format.h>

#include "schema/error.hpp"

namespace tributary {

namespace {

/// Long enough to recognise a value, short enough for a line of a log.
constexpr size_t quoted_bytes_max = 60;

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_continuation(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

} // namespace

bool operator==(const fault& x, const fault& y) noexcept {
  return x.line == y.line && x.file == y.file && x.message == y.message;
}

std::string to_text(const fault& x) {
  if (x.line == 0)
    return fmt::format("{}: {}", x.file, x.message);
  return fmt::format("{}:{}: {}", x.file, x.line, x.message);
}

std::string to_text(const std::vector<fault>& faults) {
  std::string result;
  for (const auto& x : faults) {
    result += to_text(x);
    result += '\n';
  }
  return result;
}

std::string in_quotes(std::string_view text) {
  auto cut = text.size() > quoted_bytes_max;
  auto size = cut ? quoted_bytes_max : text.size();
  // A character of several bytes is left out whole.
  while (cut && size > 0 && is_continuation(text[size]))
    --size;
  std::string result = "'";
  for (auto c : text.substr(0, size))
    result += is_control(c) ? '?' : c;
  result += cut ? "...'" : "'";
  return result;
}

std::string detail_of(const caf::error& what) {
  auto text = to_text(what);
  std::string prefix = to_string(code_of(what));
  prefix += ": ";
  if (text.compare(0, prefix.size(), prefix) == 0)
    text.erase(0, prefix.size());
  return text;
}

} // namespace tributary
