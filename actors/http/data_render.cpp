#include "actors/http/data_render.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "actors/http/json_text.hpp"
#include "actors/http/number_text.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Most values are shorter; a guess that saves growing the text step by step.
constexpr size_t value_bytes_guess = 10;

size_t bytes_guess(const data_table& from) {
  return 64 + (from.times.size() + from.values.size()) * value_bytes_guess;
}

/// Calls `f(row, is_last)` for each row in the order in which it is shown.
template <class F>
void for_each_row(const data_table& from, const data_options& options, F f) {
  auto count = from.times.size();
  for (size_t i = 0; i < count; ++i)
    f(options.oldest_first ? i : count - 1 - i, i + 1 == count);
}

/// What stands around the values of a row.
struct row_marks {
  std::string_view before;
  char between = ',';
  std::string_view after;
  /// Instead of a gap.
  std::string_view gap;
};

/// Appends time and values of a row. Made in a buffer of its own, since growing
/// `out` value by value costs more than the values.
class row_writer {
public:
  row_writer(const data_table& from, const row_marks& marks)
      : from_(from),
        marks_(marks),
        buffer_((from.labels.size() + 1) * (number_chars_max + 1)
                + marks.before.size() + marks.after.size()) {
    // nop
  }

  void append_row(std::string& out, size_t row) {
    auto columns = from_.labels.size();
    auto values = from_.values.data() + row * columns;
    auto at = put(buffer_.data(), marks_.before);
    at = write_number(at, from_.times[row]);
    for (size_t i = 0; i < columns; ++i) {
      *at++ = marks_.between;
      auto end = write_number(at, values[i]);
      at = end == at ? put(at, marks_.gap) : end;
    }
    at = put(at, marks_.after);
    out.append(buffer_.data(), at);
  }

private:
  static char* put(char* at, std::string_view text) {
    return std::copy(text.begin(), text.end(), at);
  }

  const data_table& from_;
  row_marks marks_;
  std::vector<char> buffer_;
};

void append_csv_text(std::string& out, std::string_view text) {
  auto safe = to_utf8(text);
  if (safe.find_first_of(",\"\r\n") == std::string::npos) {
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

void put_json(std::string& out, const data_table& from,
              const data_options& options) {
  out += "{\"labels\":[\"time\"";
  for (auto& x : from.labels) {
    out += ',';
    append_json_string(out, x);
  }
  out += "],\"data\":[";
  row_writer rows{from, {"[", ',', "]", "null"}};
  for_each_row(from, options, [&](size_t row, bool is_last) {
    rows.append_row(out, row);
    if (!is_last)
      out += ',';
  });
  out += "]}";
}

void put_objects(std::string& out, const data_table& from,
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
    out += "{\"time\":";
    append_number(out, from.times[row]);
    for (size_t i = 0; i < columns; ++i) {
      out += keys[i];
      append_json_number(out, from.values[row * columns + i]);
    }
    out += is_last ? "}" : "},";
  });
  out += ']';
}

void put_separated(std::string& out, const data_table& from,
                   const data_options& options, char separator) {
  out += "time";
  for (auto& x : from.labels) {
    out += separator;
    if (separator == ',')
      append_csv_text(out, x);
    else
      append_label(out, x, separator);
  }
  out += '\n';
  row_writer rows{from, {{}, separator, "\n", {}}};
  for_each_row(from, options,
               [&](size_t row, bool) { rows.append_row(out, row); });
}

void put_markdown(std::string& out, const data_table& from,
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
  row_writer rows{from, {"|", '|', "|\n", {}}};
  for_each_row(from, options,
               [&](size_t row, bool) { rows.append_row(out, row); });
}

/// What a row's values come to; NaN when all are gaps.
double reduced(const data_table& from, size_t row, row_reduction by) {
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

void put_reduced(std::string& out, const data_table& from,
                 const data_options& options, char separator) {
  for_each_row(from, options, [&](size_t row, bool is_last) {
    append_json_number(out, reduced(from, row, options.reduction));
    if (!is_last)
      out += separator;
  });
}

} // namespace

const char* to_string(data_format x) noexcept {
  switch (x) {
  case data_format::json:
    return "json";
  case data_format::csv:
    return "csv";
  case data_format::tsv:
    return "tsv";
  case data_format::ssv:
    return "ssv";
  case data_format::ssvcomma:
    return "ssvcomma";
  case data_format::array:
    return "array";
  case data_format::markdown:
    return "markdown";
  }
  return "unknown";
}

std::string_view content_type_of(data_format x) noexcept {
  switch (x) {
  case data_format::csv:
    return "text/csv; charset=utf-8";
  case data_format::tsv:
    return "text/tab-separated-values; charset=utf-8";
  case data_format::markdown:
    return "text/markdown; charset=utf-8";
  case data_format::ssv:
  case data_format::ssvcomma:
    return "text/plain; charset=utf-8";
  default:
    return "application/json";
  }
}

std::vector<size_t> kept_columns(const data_table& from,
                                 const data_options& options) {
  auto columns = from.labels.size();
  std::vector<size_t> all;
  std::vector<size_t> busy;
  for (size_t i = 0; i < columns; ++i) {
    all.push_back(i);
    auto at = i;
    while (at < from.values.size()
           && (from.values[at] == 0 || std::isnan(from.values[at])))
      at += columns;
    if (at < from.values.size())
      busy.push_back(i);
  }
  return options.without_zeros && !busy.empty() ? busy : all;
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

std::string render_data(const data_table& from, data_format format,
                        const data_options& options) {
  std::string out;
  out.reserve(bytes_guess(from));
  switch (format) {
  case data_format::json:
    if (options.object_rows)
      put_objects(out, from, options);
    else
      put_json(out, from, options);
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
