#include "actors/http/data_render.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "actors/http/google_table.hpp"
#include "actors/http/html_table.hpp"
#include "actors/http/json_text.hpp"
#include "actors/http/number_text.hpp"
#include "actors/http/time_text.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Most values are shorter; a guess that saves growing the text step by step.
constexpr size_t value_bytes_guess = 10;

size_t bytes_guess(const table_view& from) {
  return 64 + (from.times.size() + from.values.size()) * value_bytes_guess;
}

/// What stands around the values of a row.
struct row_marks {
  std::string_view before;
  char between = ',';
  std::string_view after;
  /// Instead of `after` behind the last row.
  std::string_view end;
  /// Instead of a gap.
  std::string_view gap;
  /// Around times that are text.
  std::string_view quote;
};

char* put(char* at, std::string_view text) {
  for (char c : text)
    *at++ = c;
  return at;
}

/// Appends time and values of rows. They are made in a buffer of its own, since
/// growing `out` value by value costs more than the values.
class row_writer {
public:
  row_writer(std::string& out, const table_view& from,
             const data_options& options, const row_marks& marks)
      : out_(out),
        from_(from),
        marks_(marks),
        dates_(options.dates),
        buffer_(flush_bytes + (from.labels.size() + 1) * (number_chars_max + 1)
                + marks.before.size() + marks.after.size()),
        at_(buffer_.data()) {
    // nop
  }

  row_writer(const row_writer&) = delete;
  row_writer& operator=(const row_writer&) = delete;

  ~row_writer() {
    flush();
  }

  /// @param is_last whether nothing stands behind it.
  void put_row(size_t row, bool is_last) {
    auto columns = from_.labels.size();
    auto values = from_.values.data() + row * columns;
    auto at = put(at_, marks_.before);
    at = put_time(at, from_.times[row]);
    for (size_t i = 0; i < columns; ++i) {
      *at++ = marks_.between;
      auto end = write_number(at, values[i]);
      at = end == at ? put(at, marks_.gap) : end;
    }
    at_ = put(at, is_last ? marks_.end : marks_.after);
    if (at_ - buffer_.data() >= std::ptrdiff_t{flush_bytes})
      flush();
  }

private:
  static constexpr size_t flush_bytes = 16u << 10;

  char* put_time(char* at, tick t) const {
    if (!dates_)
      return write_number(at, t);
    return put(write_rfc3339(put(at, marks_.quote), t), marks_.quote);
  }

  void flush() {
    out_.append(buffer_.data(), at_);
    at_ = buffer_.data();
  }

  std::string& out_;
  const table_view& from_;
  row_marks marks_;
  bool dates_;
  std::vector<char> buffer_;
  char* at_;
};

void put_rows(std::string& out, const table_view& from,
              const data_options& options, const row_marks& marks) {
  row_writer rows{out, from, options, marks};
  for_each_row(from, options,
               [&](size_t row, bool is_last) { rows.put_row(row, is_last); });
}

void append_csv_text(std::string& out, std::string_view text, bool quoted) {
  auto safe = to_utf8(text);
  if (!quoted && safe.find_first_of(",\"\r\n") == std::string::npos) {
    out += safe;
    return;
  }
  out += '"';
  for (char c : safe) {
    if (c == '"')
      out += c;
    out += c;
  }
  out += '"';
}

/// What stands between two columns may not stand in a label.
void append_label(std::string& out, std::string_view text, char separator) {
  auto safe = to_utf8(text);
  for (char c : safe)
    out += c == separator || static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
}

/// An array of them, `time` before.
void put_labels(std::string& out, const table_view& from) {
  out += "[\"time\"";
  for (auto& x : from.labels) {
    out += ',';
    append_json_string(out, x);
  }
  out += ']';
}

void put_arrays(std::string& out, const table_view& from,
                const data_options& options) {
  out += "{\"labels\":";
  put_labels(out, from);
  out += ",\"data\":[";
  put_rows(out, from, options, {"[", ',', "],", "]", "null", "\""});
  out += "]}";
}

void put_csv_arrays(std::string& out, const table_view& from,
                    const data_options& options) {
  out += '[';
  put_labels(out, from);
  put_rows(out, from, options, {",[", ',', "]", "]", "null", "\""});
  out += ']';
}

void put_objects(std::string& out, const table_view& from,
                 const data_options& options) {
  auto columns = from.labels.size();
  std::vector<std::string> keys;
  for (auto& x : from.labels) {
    std::string key = ",";
    append_json_string(key, x);
    keys.push_back(key + ':');
  }
  out += "[";
  for_each_row(from, options, [&](size_t row, bool is_last) {
    out += options.dates ? "{\"time\":\"" : "{\"time\":";
    append_time(out, from.times[row], options);
    out += options.dates ? "\"" : "";
    for (size_t i = 0; i < columns; ++i) {
      out += keys[i];
      append_json_number(out, from.values[row * columns + i]);
    }
    out += is_last ? "}" : "},";
  });
  out += ']';
}

void put_separated(std::string& out, const table_view& from,
                   const data_options& options, char separator) {
  auto put_label = [&](std::string_view text) {
    if (separator == ',' || options.quoted_labels)
      append_csv_text(out, text, options.quoted_labels);
    else
      append_label(out, text, separator);
  };
  put_label("time");
  for (auto& x : from.labels) {
    out += separator;
    put_label(x);
  }
  out += '\n';
  put_rows(out, from, options, {{}, separator, "\n", "\n", {}, {}});
}

void put_markdown(std::string& out, const table_view& from,
                  const data_options& options) {
  out += "|time|";
  for (auto& x : from.labels) {
    append_label(out, x, '|');
    out += '|';
  }
  out += "\n|";
  for (size_t i = 0; i <= from.labels.size(); ++i)
    out += "---:|";
  out += '\n';
  put_rows(out, from, options, {"|", '|', "|\n", "|\n", {}, {}});
}

void put_json(std::string& out, const table_view& from,
              const data_options& options) {
  if (options.google_table)
    append_google_table(out, from, options);
  else if (options.object_rows)
    put_objects(out, from, options);
  else
    put_arrays(out, from, options);
}

/// What a row's values come to; NaN when all are gaps.
double reduced(const table_view& from, size_t row, row_reduction by) {
  auto columns = from.labels.size();
  auto low = std::numeric_limits<double>::quiet_NaN();
  auto high = low;
  double sum = 0;
  size_t count = 0;
  for (size_t i = row * columns; i < (row + 1) * columns; ++i) {
    auto x = from.values[i];
    if (std::isnan(x))
      continue;
    low = std::fmin(low, x);
    high = std::fmax(high, x);
    sum += x;
    ++count;
  }
  if (count == 0)
    return low;
  switch (by) {
  case row_reduction::sum:
    return sum;
  case row_reduction::average:
    return sum / static_cast<double>(count);
  case row_reduction::min:
    return low;
  case row_reduction::max:
    return high;
  case row_reduction::span:
    return high - low;
  }
  return low;
}

void put_reduced(std::string& out, const table_view& from,
                 const data_options& options, char separator) {
  for_each_row(from, options, [&](size_t row, bool is_last) {
    append_json_number(out, reduced(from, row, options.reduction));
    if (!is_last)
      out += separator;
  });
}

} // namespace

void append_time(std::string& out, tick at, const data_options& options) {
  char buffer[number_chars_max];
  auto end
      = options.dates ? write_rfc3339(buffer, at) : write_number(buffer, at);
  out.append(buffer, end);
}

std::vector<size_t> kept_columns(const table_view& from,
                                 const data_options& options) {
  auto columns = from.labels.size();
  std::vector<size_t> all(columns);
  std::iota(all.begin(), all.end(), size_t{0});
  if (!options.without_zeros)
    return all;
  std::vector<size_t> busy;
  for (auto i : all) {
    auto at = i;
    while (at < from.values.size()
           && (from.values[at] == 0 || std::isnan(from.values[at])))
      at += columns;
    if (at < from.values.size())
      busy.push_back(i);
  }
  return busy.empty() ? all : busy;
}

bool changes_values(const data_options& options) noexcept {
  return options.milliseconds || options.magnitudes || options.gaps_are_zero;
}

void apply_options(const data_options& options, const std::vector<size_t>& kept,
                   data_table& to) {
  auto columns = to.labels.size();
  if (kept.size() < columns) {
    data_table narrow;
    for (auto i : kept)
      narrow.labels.push_back(std::move(to.labels[i]));
    narrow.values.reserve(to.times.size() * kept.size());
    for (size_t row = 0; row < to.times.size(); ++row)
      for (auto i : kept)
        narrow.values.push_back(to.values[row * columns + i]);
    to.labels = std::move(narrow.labels);
    to.values = std::move(narrow.values);
  }
  if (options.milliseconds)
    for (auto& t : to.times)
      t *= 1000;
  if (options.magnitudes)
    for (auto& x : to.values)
      x = std::fabs(x);
  if (options.gaps_are_zero)
    for (auto& x : to.values)
      x = std::isnan(x) ? 0 : x;
}

std::string render_data(const table_view& from, data_format format,
                        const data_options& options) {
  std::string out;
  out.reserve(bytes_guess(from));
  switch (format) {
  case data_format::json:
  case data_format::jsonp:
    put_json(out, from, options);
    break;
  case data_format::csvjsonarray:
    put_csv_arrays(out, from, options);
    break;
  case data_format::datatable:
  case data_format::datasource:
    append_google_table(out, from, options);
    break;
  case data_format::html:
    append_html_table(out, from, options);
    break;
  case data_format::csv:
    put_separated(out, from, options, ',');
    break;
  case data_format::tsv:
    put_separated(out, from, options, '\t');
    break;
  case data_format::markdown:
    put_markdown(out, from, options);
    break;
  case data_format::ssv:
    put_reduced(out, from, options, ' ');
    break;
  case data_format::ssvcomma:
    put_reduced(out, from, options, ',');
    break;
  case data_format::array:
    out += '[';
    put_reduced(out, from, options, ',');
    out += ']';
    break;
  }
  return out;
}

} // namespace tributary
