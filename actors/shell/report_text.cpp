#include "actors/shell/report_text.hpp"

#include <algorithm>
#include <ctime>
#include <iterator>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "schema/utf8.hpp"

namespace tributary {

namespace {

constexpr std::string_view gap = "  ";

/// Three significant digits: 1.53, 15.3, 153.
std::string short_number(double x) {
  return fmt::format("{:.{}f}", x, x < 10 ? 2 : x < 100 ? 1 : 0);
}

std::string bytes_text(int64_t x) {
  static constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
  if (x < 1024)
    return fmt::format("{} B", x);
  auto value = static_cast<double>(x) / 1024;
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(units); ++unit)
    value /= 1024;
  return short_number(value) + " " + units[unit];
}

std::string seconds_text(int64_t seconds) {
  if (seconds < 3600)
    return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86'400)
    return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86'400, seconds / 3600 % 24);
}

std::string nanoseconds_text(int64_t x) {
  auto value = static_cast<double>(x);
  if (x < 1000)
    return fmt::format("{} ns", x);
  if (x < 1'000'000)
    return short_number(value / 1e3) + " us";
  if (x < 1'000'000'000)
    return short_number(value / 1e6) + " ms";
  if (x < 60'000'000'000)
    return short_number(value / 1e9) + " s";
  return seconds_text(x / 1'000'000'000);
}

std::string instant_text(int64_t unix_seconds) {
  auto when = static_cast<time_t>(unix_seconds);
  tm local{};
  char result[32] = "";
  if (localtime_r(&when, &local) != nullptr)
    strftime(result, sizeof(result), "%Y-%m-%d %H:%M:%S", &local);
  return result;
}

bool is_number(column_kind kind) {
  return kind != column_kind::text && kind != column_kind::time_ms
         && kind != column_kind::tick;
}

std::string cell_text(const report_cell& cell, column_kind kind) {
  if (auto text = std::get_if<std::string>(&cell))
    return to_plain_text(*text);
  if (auto number = std::get_if<int64_t>(&cell))
    return to_text(*number, kind);
  return "-";
}

/// Characters that a terminal shows, not bytes.
size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Appends `text` in a field of `width`; the last one of a line is not filled.
void append_field(std::string& to, std::string_view text, size_t width,
                  bool right, bool last) {
  auto fill = width - std::min(width, width_of(text));
  if (right)
    to.append(fill, ' ');
  to.append(text);
  if (!right && !last)
    to.append(fill, ' ');
  to.append(last ? "\n" : gap);
}

std::string bold(std::string text, text_style style) {
  return style.bold ? "\x1b[1m" + std::move(text) + "\x1b[0m" : text;
}

void append_vertical(std::string& to, const report_table& table) {
  size_t width = 0;
  for (auto& x : table.columns)
    width = std::max(width, width_of(to_plain_text(x.heading)));
  for (size_t i = 0; !table.rows.empty() && i < table.columns.size(); ++i) {
    auto& column = table.columns[i];
    if (column.json_only)
      continue;
    append_field(to, to_plain_text(column.heading), width, false, false);
    to += cell_text(table.rows.front().cells[i], column.kind) + "\n";
  }
}

void append_grid(std::string& to, const report_table& table, text_style style) {
  std::vector<size_t> columns;
  for (size_t i = 0; i < table.columns.size(); ++i)
    if (!table.columns[i].json_only)
      columns.push_back(i);
  std::vector<std::vector<std::string>> lines(1);
  for (auto i : columns)
    lines.front().push_back(to_plain_text(table.columns[i].heading));
  for (auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (auto i : columns)
      line.push_back(cell_text(row.cells[i], table.columns[i].kind));
    if (!line.empty())
      line.front().insert(0, size_t{2} * row.depth, ' ');
  }
  std::vector<size_t> widths(columns.size(), 0);
  for (auto& line : lines)
    for (size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  for (auto& line : lines) {
    std::string text;
    for (size_t i = 0; i < line.size(); ++i)
      append_field(text, line[i], widths[i],
                   is_number(table.columns[columns[i]].kind),
                   i + 1 == line.size());
    to += &line == &lines.front() ? bold(std::move(text), style) : text;
  }
  if (table.rows.empty())
    to += "(none)\n";
}

/// Line by line, without what steers terminals; ends with a line's end.
std::string document_text(std::string_view document) {
  std::string result;
  while (!document.empty()) {
    auto line = document.substr(0, document.find('\n'));
    document.remove_prefix(std::min(line.size() + 1, document.size()));
    for (size_t tab; (tab = line.find('\t')) != line.npos;
         line.remove_prefix(tab + 1))
      result += to_plain_text(line.substr(0, tab)) + '\t';
    if (!line.empty() && line.back() == '\r')
      line.remove_suffix(1);
    result += to_plain_text(line) + '\n';
  }
  return result;
}

using json_writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write_text(json_writer& to, const std::string& text) {
  auto clean = to_utf8(text);
  to.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
}

void write_key(json_writer& to, const std::string& key) {
  auto clean = to_utf8(key);
  to.Key(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
}

void write_row(json_writer& to, const report_table& table,
               const report_row& row) {
  to.StartObject();
  for (size_t i = 0; i < table.columns.size(); ++i) {
    write_key(to, table.columns[i].key);
    if (auto text = std::get_if<std::string>(&row.cells[i]))
      write_text(to, *text);
    else if (auto number = std::get_if<int64_t>(&row.cells[i]))
      to.Int64(*number);
    else
      to.Null();
  }
  to.EndObject();
}

} // namespace

std::string to_text(int64_t number, column_kind kind) {
  switch (kind) {
  case column_kind::bytes:
    return bytes_text(number);
  case column_kind::nanoseconds:
    return nanoseconds_text(number);
  case column_kind::milliseconds:
    return number < 1000 ? fmt::format("{} ms", number)
                         : nanoseconds_text(number * 1'000'000);
  case column_kind::time_ms:
    return instant_text(number / 1000);
  case column_kind::tick:
    return instant_text(number);
  case column_kind::per_mille:
    return fmt::format("{}.{} %", number / 10, number % 10);
  case column_kind::text:
  case column_kind::count:
    break;
  }
  return std::to_string(number);
}

std::string to_text(const shell_report& report, text_style style) {
  std::string result;
  for (auto& table : report.tables) {
    if (!result.empty())
      result += "\n";
    if (!table.title.empty())
      result += bold(to_plain_text(table.title), style) + "\n";
    if (table.vertical)
      append_vertical(result, table);
    else
      append_grid(result, table, style);
  }
  return result + document_text(report.document);
}

std::string to_json(const shell_report& report) {
  if (report.tables.empty() && !report.document.empty())
    return document_text(report.document);
  rapidjson::StringBuffer buffer;
  json_writer to{buffer};
  to.StartObject();
  for (auto& table : report.tables) {
    write_key(to, table.key);
    if (table.vertical && !table.rows.empty()) {
      write_row(to, table, table.rows.front());
      continue;
    }
    to.StartArray();
    for (auto& row : table.rows)
      write_row(to, table, row);
    to.EndArray();
  }
  to.EndObject();
  return std::string{buffer.GetString(), buffer.GetSize()} + "\n";
}

} // namespace tributary
