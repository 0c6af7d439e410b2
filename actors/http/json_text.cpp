#include "actors/http/json_text.hpp"

#include "actors/http/number_text.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// The letter behind the backslash; 0 where none is needed, `u` where the code
/// point has to be spelled.
char escape_of(char c) noexcept {
  switch (c) {
  case '"':
  case '\\':
    return c;
  case '\b':
    return 'b';
  case '\f':
    return 'f';
  case '\n':
    return 'n';
  case '\r':
    return 'r';
  case '\t':
    return 't';
  default:
    return static_cast<unsigned char>(c) < 0x20 ? 'u' : 0;
  }
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  for (char c : text) {
    auto escape = escape_of(c);
    if (escape == 0) {
      out += c;
      continue;
    }
    out += '\\';
    out += escape;
    if (escape == 'u') {
      out += "00";
      out += digits[c >> 4];
      out += digits[c & 15];
    }
  }
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  if (is_utf8(text))
    append_escaped(out, text);
  else
    append_escaped(out, to_utf8(text));
  out += '"';
}

void append_json_number(std::string& out, double value) {
  if (!append_number(out, value))
    out += "null";
}

} // namespace tributary
