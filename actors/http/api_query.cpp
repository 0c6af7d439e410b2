#include "actors/http/api_query.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <unordered_set>

#include "schema/error.hpp"

namespace tributary {

namespace {

struct integer_range {
  int64_t low;
  int64_t high;
};

constexpr integer_range seconds_range{-request_seconds_max,
                                      request_seconds_max};
constexpr integer_range points_range{0, data_points_max};

template <class Value>
struct choice {
  std::string_view name;
  Value value;
};

constexpr choice<grouping> grouping_choices[] = {
    {"average", grouping::average},
    {"min", grouping::min},
    {"max", grouping::max},
    {"sum", grouping::sum},
};

constexpr choice<data_format> format_choices[] = {
    {"json", data_format::json},         {"csv", data_format::csv},
    {"tsv", data_format::tsv},           {"ssv", data_format::ssv},
    {"ssvcomma", data_format::ssvcomma}, {"array", data_format::array},
    {"markdown", data_format::markdown},
};

/// What an option of `/api/v1/data` sets.
using option_switch = void (*)(data_request&);

/// Those without effect ask for what is the case here anyway.
constexpr choice<option_switch> option_choices[] = {
    {"jsonwrap",
     [](data_request& x) {
       x.wrapped = true;
     }},
    {"objectrows",
     [](data_request& x) {
       x.options.object_rows = true;
     }},
    {"flip",
     [](data_request& x) {
       x.options.oldest_first = true;
     }},
    {"reversed",
     [](data_request& x) {
       x.options.oldest_first = true;
     }},
    {"ms",
     [](data_request& x) {
       x.options.milliseconds = true;
     }},
    {"seconds",
     [](data_request& x) {
       x.options.milliseconds = false;
     }},
    {"abs",
     [](data_request& x) {
       x.options.magnitudes = true;
     }},
    {"absolute",
     [](data_request& x) {
       x.options.magnitudes = true;
     }},
    {"null2zero",
     [](data_request& x) {
       x.options.gaps_are_zero = true;
     }},
    {"nonzero",
     [](data_request& x) {
       x.options.without_zeros = true;
     }},
    {"match-ids",
     [](data_request&) {
     }},
    {"match-names",
     [](data_request&) {
     }},
    {"minify",
     [](data_request&) {
     }},
};

/// What a client sent is quoted in part only: it may be long.
std::string shown(std::string_view value) {
  constexpr size_t shown_bytes_max = 64;
  std::string result = "\"";
  result += value.substr(0, shown_bytes_max);
  result += value.size() > shown_bytes_max ? "...\"" : "\"";
  return result;
}

caf::expected<int64_t> parse_integer(const http_parameter& from,
                                     integer_range range) {
  int64_t result = 0;
  auto begin = from.value.data();
  auto end = begin + from.value.size();
  auto [rest, fault] = std::from_chars(begin, end, result);
  if (fault == std::errc::invalid_argument || rest != end)
    return make_error(ec::bad_request, from.name + " is not a whole number: "
                                           + shown(from.value));
  if (fault != std::errc{} || result < range.low || result > range.high)
    return make_error(ec::bad_request, from.name + " is not within "
                                           + std::to_string(range.low) + " and "
                                           + std::to_string(range.high) + ": "
                                           + shown(from.value));
  return result;
}

template <class Value, size_t Count>
caf::expected<Value> parse_choice(const http_parameter& from,
                                  const choice<Value> (&choices)[Count]) {
  std::string known;
  for (auto& x : choices) {
    if (x.name == from.value)
      return x.value;
    known += known.empty() ? "" : ", ";
    known += x.name;
  }
  return make_error(ec::bad_request, from.name + " is none of " + known + ": "
                                         + shown(from.value));
}

/// The parts between any of `separators`; empty parts are left out.
std::vector<std::string> split(std::string_view text,
                               std::string_view separators) {
  std::vector<std::string> result;
  while (!text.empty()) {
    auto end = std::min(text.find_first_of(separators), text.size());
    if (end > 0)
      result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

/// Moves a parsed value to its place, or its error out.
template <class Value, class Field>
caf::error take(caf::expected<Value> from, Field& to) {
  if (!from)
    return std::move(from.error());
  to = static_cast<Field>(*from);
  return caf::none;
}

/// Options add up, also over several parameters.
caf::error apply_options(const http_parameter& from, data_request& to) {
  for (auto& name : split(from.value, ",| ")) {
    auto option = parse_choice({from.name, name}, option_choices);
    if (!option)
      return std::move(option.error());
    (*option)(to);
    to.options_text += to.options_text.empty() ? "" : ",";
    to.options_text += name;
  }
  return caf::none;
}

caf::error apply(const http_parameter& from, data_request& to) {
  if (from.name == "chart")
    to.chart = from.value;
  else if (from.name == "dimensions")
    to.dimension_patterns = split(from.value, ",|");
  else if (from.name == "after")
    return take(parse_integer(from, seconds_range), to.after);
  else if (from.name == "before")
    return take(parse_integer(from, seconds_range), to.before);
  else if (from.name == "points")
    return take(parse_integer(from, points_range), to.points);
  else if (from.name == "group")
    return take(parse_choice(from, grouping_choices), to.group);
  else if (from.name == "format")
    return take(parse_choice(from, format_choices), to.format);
  else if (from.name == "options")
    return apply_options(from, to);
  return caf::none;
}

constexpr choice<metrics_format> metrics_format_choices[] = {
    {"shell", metrics_format::shell},
    {"json", metrics_format::json},
    {"prometheus", metrics_format::prometheus},
    {"prometheus_all_hosts", metrics_format::prometheus},
};

constexpr choice<metrics_data> metrics_data_choices[] = {
    {"average", metrics_data::average},
    {"as-collected", metrics_data::as_collected},
    {"raw", metrics_data::as_collected},
};

constexpr choice<bool> yes_no_choices[] = {
    {"yes", true}, {"true", true},   {"1", true},
    {"no", false}, {"false", false}, {"0", false},
};

/// A text that has at most so many bytes.
caf::error take_text(const http_parameter& from, size_t bytes_max,
                     std::string& to) {
  if (from.value.size() > bytes_max)
    return make_error(ec::bad_request, from.name + " is longer than "
                                           + std::to_string(bytes_max)
                                           + " bytes");
  to = from.value;
  return caf::none;
}

caf::error take_prefix(const http_parameter& from, std::string& to) {
  constexpr std::string_view allowed
      = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  if (from.value.find_first_not_of(allowed) != std::string::npos
      || (!from.value.empty() && from.value[0] >= '0' && from.value[0] <= '9'))
    return make_error(ec::bad_request,
                      "prefix is not of letters, digits and _: "
                          + shown(from.value));
  return take_text(from, metrics_name_bytes_max, to);
}

caf::error apply(const http_parameter& from, metrics_request& to) {
  const std::pair<std::string_view, bool*> switches[]
      = {{"names", &to.names},
         {"timestamps", &to.timestamps},
         {"help", &to.help},
         {"types", &to.types}};
  for (auto& [name, field] : switches)
    if (from.name == name)
      return take(parse_choice(from, yes_no_choices), *field);
  if (from.name == "format") {
    to.all_hosts = from.value == "prometheus_all_hosts";
    return take(parse_choice(from, metrics_format_choices), to.format);
  }
  if (from.name == "data" || from.name == "source")
    return take(parse_choice(from, metrics_data_choices), to.data);
  if (from.name == "hideunits") {
    auto hidden = parse_choice(from, yes_no_choices);
    to.units = hidden && !*hidden;
    return hidden ? caf::error{} : std::move(hidden.error());
  }
  if (from.name == "prefix")
    return take_prefix(from, to.prefix);
  if (from.name == "filter")
    return take_text(from, metrics_filter_bytes_max, to.filter);
  if (from.name == "server")
    return take_text(from, metrics_name_bytes_max, to.server);
  return caf::none;
}

} // namespace

caf::expected<data_request>
parse_data_request(const std::vector<http_parameter>& parameters) {
  data_request result;
  for (auto& x : parameters)
    if (auto fault = apply(x, result))
      return fault;
  if (result.chart.empty())
    return make_error(ec::bad_request, "chart is missing");
  return result;
}

caf::expected<std::string>
parse_chart_request(const std::vector<http_parameter>& parameters) {
  std::string result;
  for (auto& x : parameters)
    if (x.name == "chart")
      result = x.value;
  if (result.empty())
    return make_error(ec::bad_request, "chart is missing");
  return result;
}

caf::expected<metrics_request>
parse_metrics_request(const std::vector<http_parameter>& parameters) {
  metrics_request result;
  for (auto& x : parameters)
    if (auto fault = apply(x, result))
      return fault;
  return result;
}

caf::expected<live_request>
parse_live_request(const std::vector<http_parameter>& parameters) {
  live_request result;
  std::unordered_set<std::string> seen;
  for (auto& parameter : parameters) {
    if (parameter.name != "charts")
      continue;
    for (auto& id : split(parameter.value, ","))
      if (seen.insert(id).second)
        result.charts.push_back(std::move(id));
  }
  if (result.charts.size() > live_charts_max)
    return make_error(ec::bad_request, "charts names more than "
                                           + std::to_string(live_charts_max)
                                           + " charts");
  return result;
}

} // namespace tributary
