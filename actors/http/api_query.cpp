#include "actors/http/api_query.hpp"

#include <unordered_set>

#include "actors/http/parameter_values.hpp"

namespace tributary {

namespace {

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
                          + quoted(from.value));
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
