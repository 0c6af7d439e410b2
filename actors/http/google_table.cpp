#include "actors/http/google_table.hpp"

#include "actors/http/entity_tag.hpp"
#include "actors/http/json_text.hpp"
#include "actors/http/script_text.hpp"
#include "actors/http/time_text.hpp"

namespace tributary {

namespace {

void append_column(std::string& out, std::string_view label,
                   std::string_view type) {
  out += "{\"id\":";
  append_json_string(out, label);
  out += ",\"label\":";
  append_json_string(out, label);
  out += ",\"type\":\"";
  out += type;
  out += "\"}";
}

} // namespace

void append_google_table(std::string& out, const table_view& from,
                         const data_options& options) {
  auto columns = from.labels.size();
  auto scale = options.milliseconds ? 1000 : 1;
  out += "{\"cols\":[";
  append_column(out, "time", "datetime");
  for (auto& x : from.labels) {
    out += ',';
    append_column(out, x, "number");
  }
  out += "],\"rows\":[";
  for_each_row(from, options, [&](size_t row, bool is_last) {
    char date[date_chars_max];
    auto end = write_google_date(date, from.times[row] / scale);
    out += "{\"c\":[{\"v\":\"";
    out.append(date, end);
    out += "\"}";
    for (size_t i = 0; i < columns; ++i) {
      out += ",{\"v\":";
      append_json_number(out, from.values[row * columns + i]);
      out += '}';
    }
    out += is_last ? "]}" : "]},";
  });
  out += "]}";
}

std::string google_answer(const google_request& what, std::string_view table) {
  auto tag = entity_tag_of(table);
  tag = tag.substr(1, tag.size() - 2); // without its quotes
  std::string out = "{\"version\":\"0.6\",\"reqId\":";
  append_json_string(out, what.id);
  if (what.tag == tag) {
    out += ",\"status\":\"error\",\"errors\":[{\"reason\":\"not_modified\","
           "\"message\":\"the table is the one that you have\"}]}";
    return script_of(what.handler, out);
  }
  out += ",\"status\":\"ok\",\"sig\":\"" + tag + "\",\"table\":";
  out += table;
  out += '}';
  return script_of(what.handler, out);
}

} // namespace tributary
