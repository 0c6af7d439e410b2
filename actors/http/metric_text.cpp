#include "actors/http/metric_text.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <unordered_map>

#include "actors/http/json_text.hpp"
#include "actors/http/metric_names.hpp"
#include "actors/http/metric_values.hpp"
#include "actors/http/number_text.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Whether a text is written as it is, as nearly all are.
bool is_plain(std::string_view text) noexcept {
  for (char c : text)
    if (static_cast<unsigned char>(c) >= 0x80 || c == '\\' || c == '\n'
        || c == '"')
      return false;
  return true;
}

/// Appends a text between the quotes of a label, or behind HELP.
void append_escaped(std::string& out, std::string_view text, bool is_label) {
  if (is_plain(text)) {
    out += text;
    return;
  }
  auto put = [&](std::string_view safe) {
    for (char c : safe)
      if (c == '\\')
        out += "\\\\";
      else if (c == '\n')
        out += "\\n";
      else if (c == '"' && is_label)
        out += "\\\"";
      else
        out += c;
  };
  if (is_utf8(text))
    put(text);
  else
    put(to_utf8(text));
}

void append_label(std::string& out, const char* name, std::string_view value) {
  out += name;
  out += "=\"";
  append_escaped(out, value, true);
  out += '"';
}

const std::string& shown_name(const chart& x, const metrics_request& what) {
  return what.names && !x.name.empty() ? x.name : x.id;
}

const std::string& shown_name(const dimension& x, const metrics_request& what) {
  return what.names && !x.name.empty() ? x.name : x.id;
}

caf::error too_long() {
  return make_error(ec::too_large, "the answer is longer than 64 MiB; ask for "
                                   "less of it with filter");
}

constexpr auto no_part = std::numeric_limits<size_t>::max();

/// Dimensions of one chart whose samples have one name.
struct family_part {
  size_t source = 0;
  const roster_entry* chart = nullptr;
  size_t first_dimension = 0;
  size_t last_dimension = 0;
  /// Number of the next part of the family.
  size_t next = no_part;
};

/// Samples of one name.
struct family {
  std::string name;
  /// Of the chart that came first.
  const tributary::chart* chart = nullptr;
  bool is_total = false;
  double factor = 1;
  size_t first_part = no_part;
  size_t last_part = no_part;
};

/// Collects families, then writes them: a name may be in many charts, and its
/// samples have to stand together.
class prometheus_writer {
public:
  prometheus_writer(const std::vector<metrics_source>& from,
                    const metrics_request& what, unix_ms now)
      : from_(from), what_(what) {
    for (auto& x : from)
      walks_.emplace_back(*x.of, what, now);
    for (size_t i = 0; i < walks_.size(); ++i)
      while (auto entry = walks_[i].next())
        collect(i, *entry);
  }

  caf::expected<std::string> write() {
    out_.reserve(std::min(lines_ * line_bytes_guess, metrics_bytes_max));
    for (auto& x : families_) {
      write_head(x);
      for (auto i = x.first_part; i != no_part; i = parts_[i].next)
        write_part(x, parts_[i]);
      if (out_.size() > metrics_bytes_max)
        return too_long();
    }
    return std::move(out_);
  }

private:
  void collect(size_t source, const roster_entry& entry) {
    auto& of = *entry.chart;
    auto count = of.dimensions.size();
    if (what_.data == metrics_data::average) {
      auto unit = base_unit_of(of.units);
      auto name = name_of(of);
      if (what_.units && !unit.name.empty())
        name += '_' + unit.name;
      add({std::move(name += "_average"), &of, false, unit.factor},
          {source, &entry, 0, count});
      return;
    }
    auto name = name_of(of);
    if (is_homogeneous(of)) {
      add_collected(std::move(name), of.dimensions[0],
                    {source, &entry, 0, count});
      return;
    }
    name += '_';
    for (size_t i = 0; i < count; ++i) {
      auto longer = name;
      append_name(longer, shown_name(of.dimensions[i], what_));
      add_collected(std::move(longer), of.dimensions[i],
                    {source, &entry, i, i + 1});
    }
  }

  std::string name_of(const chart& of) const {
    auto result = what_.prefix;
    if (!result.empty())
      result += '_';
    append_name(result, of.context);
    // Not every text may begin a name.
    if (result.empty() || (result[0] >= '0' && result[0] <= '9'))
      result.insert(0, "_");
    return result;
  }

  void add_collected(std::string name, const dimension& of,
                     const family_part& where) {
    auto is_total = is_counter(of.algorithm);
    if (is_total)
      name += "_total";
    else
      avoid_reserved_ending(name);
    add({std::move(name), where.chart->chart.get(), is_total}, where);
  }

  void add(family x, const family_part& where) {
    auto known = by_name_.find(x.name);
    auto number = known == by_name_.end() ? families_.size() : known->second;
    if (known == by_name_.end()) {
      families_.push_back(std::move(x));
      by_name_.emplace(families_.back().name, number);
    }
    auto& to = families_[number];
    (to.last_part == no_part ? to.first_part : parts_[to.last_part].next)
        = parts_.size();
    to.last_part = parts_.size();
    parts_.push_back(where);
    lines_ += where.last_dimension - where.first_dimension;
  }

  void write_head(const family& x) {
    if (what_.help) {
      out_ += "# HELP ";
      out_ += x.name;
      out_ += ' ';
      append_escaped(out_, x.chart->title, false);
      out_ += what_.data == metrics_data::average
                  ? ", average since the last request\n"
                  : ", as collected\n";
    }
    if (what_.types) {
      out_ += "# TYPE ";
      out_ += x.name;
      out_ += x.is_total ? " counter\n" : " gauge\n";
    }
  }

  void write_part(const family& x, const family_part& part) {
    auto& walk = walks_[part.source];
    auto& of = *part.chart->chart;
    line_ = x.name;
    line_ += labels_of(part);
    if (what_.data == metrics_data::average)
      walk.shown(*part.chart, values_);
    for (auto i = part.first_dimension; i < part.last_dimension; ++i) {
      auto at = walk.tick_of(*part.chart, i);
      if (at == 0)
        continue;
      out_ += line_;
      append_escaped(out_, shown_name(of.dimensions[i], what_), true);
      out_ += "\"} ";
      if (what_.data == metrics_data::as_collected)
        append_number(out_, walk.reading_of(*part.chart, i));
      else if (!append_number(out_, values_[i] * x.factor))
        out_ += "NaN";
      out_ += end_of_line(at);
    }
  }

  /// The labels of a chart, up to the name of the dimension. Dimensions of one
  /// chart come one after another, also where each has a name of its own.
  const std::string& labels_of(const family_part& part) {
    if (part.chart == labels_of_ && part.source == labels_source_)
      return labels_;
    labels_of_ = part.chart;
    labels_source_ = part.source;
    auto& of = *part.chart->chart;
    labels_ = '{';
    if (!from_[part.source].instance.empty()) {
      append_label(labels_, "instance", from_[part.source].instance);
      labels_ += ',';
    }
    append_label(labels_, "chart", shown_name(of, what_));
    labels_ += ',';
    append_label(labels_, "family", of.family);
    return labels_ += ",dimension=\"";
  }

  /// Most lines end as the one before.
  const std::string& end_of_line(tick at) {
    if (at == end_of_) // never 0
      return end_;
    end_of_ = at;
    end_.clear();
    if (what_.timestamps) {
      end_ += ' ';
      append_number(end_, at * 1000);
    }
    return end_ += '\n';
  }

  /// More than most lines have; what is not written takes no memory.
  static constexpr size_t line_bytes_guess = 160;

  const std::vector<metrics_source>& from_;
  const metrics_request& what_;
  std::vector<metric_values> walks_;
  /// Stay where they are: their names are what they are found by.
  std::deque<family> families_;
  std::vector<family_part> parts_;
  std::unordered_map<std::string_view, size_t> by_name_;
  std::string out_;
  /// What the lines of one chart begin with.
  std::string line_;
  std::vector<double> values_;
  size_t lines_ = 0;
  const roster_entry* labels_of_ = nullptr;
  size_t labels_source_ = 0;
  std::string labels_;
  tick end_of_ = 0;
  std::string end_;
};

void append_member(std::string& out, const char* key, std::string_view value) {
  out += '"';
  out += key;
  out += "\":";
  append_json_string(out, value);
  out += ',';
}

/// @param values one a dimension, NaN where not fresh.
void append_chart(std::string& out, const chart& of, tick at,
                  const std::vector<double>& values) {
  append_json_string(out, of.id);
  out += ":{";
  append_member(out, "name", of.name);
  append_member(out, "family", of.family);
  append_member(out, "context", of.context);
  append_member(out, "units", of.units);
  out += "\"last_updated\":";
  append_number(out, at);
  out += ",\"dimensions\":{";
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0)
      out += ',';
    append_json_string(out, of.dimensions[i].id);
    out += ":{";
    append_member(out, "name", of.dimensions[i].name);
    out += "\"value\":";
    append_json_number(out, values[i]);
    out += '}';
  }
  out += "}}";
}

/// Variables of a shell are upper case.
void append_variable(std::string& out, std::string_view text) {
  auto begin = out.size();
  append_name(out, text);
  for (auto i = begin; i < out.size(); ++i)
    if (out[i] >= 'a' && out[i] <= 'z')
      out[i] = static_cast<char>(out[i] - 'a' + 'A');
}

} // namespace

caf::expected<std::string>
render_prometheus(const std::vector<metrics_source>& from,
                  const metrics_request& what, unix_ms now) {
  return prometheus_writer{from, what, now}.write();
}

caf::expected<std::string> render_metrics_json(const host_latest& from,
                                               const metrics_request& what,
                                               unix_ms now) {
  metric_values walk{from, what, now};
  std::vector<double> values;
  std::string out = "{";
  while (auto entry = walk.next()) {
    walk.shown(*entry, values);
    tick newest = 0;
    for (size_t i = 0; i < values.size(); ++i)
      newest = std::max(newest, walk.tick_of(*entry, i));
    if (out.size() > 1)
      out += ',';
    append_chart(out, *entry->chart, newest, values);
    if (out.size() > metrics_bytes_max)
      return too_long();
  }
  out += '}';
  return out;
}

caf::expected<std::string> render_metrics_shell(const host_latest& from,
                                                const metrics_request& what,
                                                unix_ms now) {
  metric_values walk{from, what, now};
  std::vector<double> values;
  std::string out;
  std::string start;
  while (auto entry = walk.next()) {
    walk.shown(*entry, values);
    start.clear();
    append_variable(start, what.prefix);
    start += what.prefix.empty() ? "" : "_";
    append_variable(start, shown_name(*entry->chart, what));
    if (start.empty() || (start[0] >= '0' && start[0] <= '9'))
      start.insert(0, "_"); // no digit may begin a name
    for (size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i]))
        continue;
      out += start;
      out += '_';
      append_variable(out, shown_name(entry->chart->dimensions[i], what));
      out += "=\"";
      append_number(out, std::round(values[i]));
      out += "\"\n";
    }
    if (out.size() > metrics_bytes_max)
      return too_long();
  }
  return out;
}

} // namespace tributary
