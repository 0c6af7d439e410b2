#include "actors/http/html_table.hpp"

#include "actors/http/number_text.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

void append_html_text(std::string& out, std::string_view text) {
  for (char c : to_utf8(text))
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
}

} // namespace

void append_html_table(std::string& out, const table_view& from,
                       const data_options& options) {
  auto columns = from.labels.size();
  out += "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
         "<title>Tributary</title></head>\n<body>\n<table>\n<thead>\n"
         "<tr><th>time</th>";
  for (auto& x : from.labels) {
    out += "<th>";
    append_html_text(out, x);
    out += "</th>";
  }
  out += "</tr>\n</thead>\n<tbody>\n";
  for_each_row(from, options, [&](size_t row, bool) {
    out += "<tr><td>";
    append_time(out, from.times[row], options);
    for (size_t i = 0; i < columns; ++i) {
      out += "</td><td>";
      append_number(out, from.values[row * columns + i]);
    }
    out += "</td></tr>\n";
  });
  out += "</tbody>\n</table>\n</body>\n</html>\n";
}

} // namespace tributary
