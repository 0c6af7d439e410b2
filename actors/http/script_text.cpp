#include "actors/http/script_text.hpp"

#include <algorithm>

namespace tributary {

namespace {

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
         || c == '$';
}

bool is_identifier(std::string_view text) noexcept {
  return !text.empty() && is_letter(text.front())
         && std::all_of(text.begin(), text.end(), [](char c) {
              return is_letter(c) || (c >= '0' && c <= '9');
            });
}

} // namespace

bool is_function_name(std::string_view name) noexcept {
  if (name.size() > function_name_bytes_max)
    return false;
  for (;;) {
    auto end = name.find('.');
    if (!is_identifier(name.substr(0, end)))
      return false;
    if (end == std::string_view::npos)
      return true;
    name.remove_prefix(end + 1);
  }
}

std::string script_of(std::string_view function, std::string_view json) {
  // The comment keeps the name from being the first bytes, which other kinds of
  // files are told by.
  std::string result = "/**/";
  result.reserve(json.size() + function.size() + 8);
  result += function;
  result += '(';
  // Two line ends of Unicode may stand in a string of JSON, but not in one of
  // older scripts: U+2028 and U+2029, E2 80 A8 and E2 80 A9.
  constexpr std::string_view begin = "\xE2\x80";
  for (auto at = json.find(begin); at != std::string_view::npos;
       at = json.find(begin)) {
    auto last = json.substr(at + begin.size(), 1);
    auto is_line_end = last == "\xA8" || last == "\xA9";
    result += json.substr(0, at);
    if (is_line_end)
      result += last == "\xA8" ? "\\u2028" : "\\u2029";
    else
      result += begin;
    json.remove_prefix(at + begin.size() + (is_line_end ? 1 : 0));
  }
  result += json;
  result += ");\n";
  return result;
}

} // namespace tributary
