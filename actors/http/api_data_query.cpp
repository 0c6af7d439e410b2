#include "actors/http/api_query.hpp"
#include "actors/http/parameter_values.hpp"
#include "actors/http/script_text.hpp"

namespace tributary {

namespace {

constexpr integer_range seconds_range{-request_seconds_max,
                                      request_seconds_max};
constexpr integer_range points_range{0, query_points_max};
constexpr integer_range tier_range{0, 255};
constexpr integer_range timeout_range{1, query_timeout_ms_max};
constexpr integer_range resample_range{0, resample_seconds_max};

constexpr choice<data_format> format_choices[] = {
    {"json", data_format::json},
    {"jsonp", data_format::jsonp},
    {"csv", data_format::csv},
    {"tsv", data_format::tsv},
    {"tsv-excel", data_format::tsv},
    {"ssv", data_format::ssv},
    {"ssvcomma", data_format::ssvcomma},
    {"array", data_format::array},
    {"csvjsonarray", data_format::csvjsonarray},
    {"markdown", data_format::markdown},
    {"html", data_format::html},
    {"datatable", data_format::datatable},
    {"datasource", data_format::datasource},
};

/// The formats that a data source may be asked for instead of its own.
constexpr choice<data_format> google_format_choices[] = {
    {"json", data_format::datasource},
    {"html", data_format::html},
    {"csv", data_format::csv},
    {"tsv-excel", data_format::tsv},
};

constexpr auto no_anomalies = "anomaly rates are not computed here";
constexpr auto no_labels = "charts have no labels here";
constexpr auto of_later_versions = "it is of versions 2 and 3 of Netdata's API";

/// What Netdata's API knows and this one does not, and why: without it the
/// answer would be another one than was asked for.
constexpr choice<const char*> absent_formats[] = {
    {"json2", no_anomalies},
};

constexpr choice<const char*> absent_options[] = {
    {"anomaly-bit", no_anomalies},
    {"jw-anomaly-rates", no_anomalies},
    {"group-by-labels", no_labels},
    {"raw", "parts of averages for others to merge are not given; ask for "
            "aggregation=sum, or group=sum"},
    {"all-dimensions", of_later_versions},
    {"cardinality-limit-all", of_later_versions},
    {"details", of_later_versions},
    {"long-keys", of_later_versions},
    {"mcp-info", of_later_versions},
    {"minimal", of_later_versions},
    {"debug", "how a query was planned is not told"},
    {"plan", "how a query was planned is not told"},
};

constexpr choice<const char*> absent_parameters[] = {
    {"chart_label_key", no_labels},
    {"chart_labels_filter", no_labels},
};

/// An error if `word` is one of `absent`.
template <size_t Count>
caf::error refuse_absent(const std::string& what, std::string_view word,
                         const choice<const char*> (&absent)[Count]) {
  for (auto& x : absent)
    if (x.name == word)
      return make_error(ec::bad_request, what + std::string{word}
                                             + " is not answered: " + x.value);
  return caf::none;
}

constexpr choice<aggregation> aggregation_choices[] = {
    {"sum", aggregation::sum},     {"average", aggregation::average},
    {"avg", aggregation::average}, {"min", aggregation::min},
    {"max", aggregation::max},
};

/// What was seen of a request that counts only with the rest of it.
struct pending_words {
  std::string group = "average";
  std::string group_options;
  bool selects_tier = false;
  bool matches_ids = false;
  bool matches_names = false;
  data_format google_format = data_format::datasource;
};

/// What an option of `/api/v1/data` sets.
using option_switch = void (*)(data_request&, pending_words&);

template <bool query_request::*Field>
void set_query(data_request& x, pending_words&) {
  x.query.*Field = true;
}

template <bool data_options::*Field>
void set_shown(data_request& x, pending_words&) {
  x.options.*Field = true;
}

template <bool pending_words::*Field>
void set_pending(data_request&, pending_words& x) {
  x.*Field = true;
}

void set_nothing(data_request&, pending_words&) {
  // nop
}

template <row_reduction Value>
void set_reduction(data_request& x, pending_words&) {
  x.options.reduction = Value;
}

/// `minify` and `allow_past` ask for what is the case here anyway.
constexpr choice<option_switch> option_choices[] = {
    {"jsonwrap",
     [](data_request& x, pending_words&) {
       x.wrapped = true;
     }},
    {"objectrows", set_shown<&data_options::object_rows>},
    {"flip", set_shown<&data_options::oldest_first>},
    {"reversed", set_shown<&data_options::oldest_first>},
    {"ms", set_shown<&data_options::milliseconds>},
    {"milliseconds", set_shown<&data_options::milliseconds>},
    {"seconds",
     [](data_request& x, pending_words&) {
       x.options.milliseconds = false;
     }},
    {"abs", set_query<&query_request::magnitudes>},
    {"absolute", set_query<&query_request::magnitudes>},
    {"absolute-sum", set_query<&query_request::magnitudes>},
    {"rfc3339", set_shown<&data_options::dates>},
    {"google_json", set_shown<&data_options::google_table>},
    {"label-quotes", set_shown<&data_options::quoted_labels>},
    {"display-absolute", set_shown<&data_options::magnitudes>},
    {"percentage", set_query<&query_request::percentages>},
    {"unaligned", set_query<&query_request::unaligned>},
    {"natural-points", set_query<&query_request::natural_points>},
    {"virtual-points", set_query<&query_request::virtual_points>},
    {"null2zero", set_shown<&data_options::gaps_are_zero>},
    {"nonzero", set_shown<&data_options::without_zeros>},
    {"min2max", set_reduction<row_reduction::span>},
    {"average", set_reduction<row_reduction::average>},
    {"min", set_reduction<row_reduction::min>},
    {"max", set_reduction<row_reduction::max>},
    {"selected-tier", set_pending<&pending_words::selects_tier>},
    {"match-ids", set_pending<&pending_words::matches_ids>},
    {"match-names", set_pending<&pending_words::matches_names>},
    {"minify", set_nothing},
    {"allow_past", set_nothing},
};

/// Options add up, also over several parameters.
caf::error apply_options(const http_parameter& from, data_request& to,
                         pending_words& pending) {
  for (auto& name : split(from.value, ",| ")) {
    if (auto fault = refuse_absent("options: ", name, absent_options))
      return fault;
    auto option = parse_choice({from.name, name}, option_choices);
    if (!option)
      return std::move(option.error());
    (*option)(to, pending);
    to.options_text += to.options_text.empty() ? "" : ",";
    to.options_text += name;
  }
  return caf::none;
}

caf::error take_function(const std::string& from, std::string_view name,
                         std::string& to) {
  if (!is_function_name(name))
    return make_error(ec::bad_request,
                      from
                          + " is no name of a function, of letters, digits, "
                            "_, $ and dots: "
                          + quoted(name));
  to = name;
  return caf::none;
}

/// Letters, digits and some marks, which mean nothing in a header field.
caf::error take_name(const std::string& from, std::string_view name,
                     std::string& to) {
  constexpr std::string_view allowed
      = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._- ";
  if (name.size() > data_name_bytes_max
      || name.find_first_not_of(allowed) != std::string_view::npos
      || name.substr(0, 1) == ".")
    return make_error(ec::bad_request,
                      from
                          + " is not of at most 128 letters, digits, spaces, "
                            "dots, _ and -: "
                          + quoted(name));
  to = name;
  return caf::none;
}

/// Reads `reqId:0;out:csv;...`; words that it does not know it passes over, as
/// the protocol wants it.
caf::error apply_google(const http_parameter& from, data_request& to,
                        pending_words& pending) {
  for (auto& pair : split(from.value, ";")) {
    auto colon = std::min(pair.find(':'), pair.size());
    auto name = pair.substr(0, colon);
    auto value = pair.substr(std::min(colon + 1, pair.size()));
    auto place = from.name + ": " + name;
    caf::error fault;
    if (name == "reqId")
      fault = take_name(place, value, to.google.id);
    else if (name == "sig")
      fault = take_name(place, value, to.google.tag);
    else if (name == "responseHandler")
      fault = take_function(place, value, to.google.handler);
    else if (name == "outFileName")
      fault = take_name(place, value, to.file_name);
    else if (name == "out")
      fault = take(parse_choice({place, value}, google_format_choices),
                   pending.google_format);
    if (fault)
      return fault;
  }
  return caf::none;
}

/// How the answer is written.
caf::error apply_shape(const http_parameter& from, data_request& to,
                       pending_words& pending) {
  if (from.name == "format") {
    if (auto fault = refuse_absent("format: ", from.value, absent_formats))
      return fault;
    return take(parse_choice(from, format_choices), to.format);
  }
  if (from.name == "callback")
    return take_function(from.name, from.value, to.callback);
  if (from.name == "filename")
    return take_name(from.name, from.value, to.file_name);
  if (from.name == "tqx")
    return apply_google(from, to, pending);
  return refuse_absent("", from.name, absent_parameters);
}

caf::error apply_number(const http_parameter& from, query_request& to) {
  if (from.name == "after")
    return take(parse_integer(from, seconds_range), to.after);
  if (from.name == "before")
    return take(parse_integer(from, seconds_range), to.before);
  if (from.name == "points")
    return take(parse_integer(from, points_range), to.points);
  if (from.name == "gtime")
    return take(parse_integer(from, resample_range), to.resample_seconds);
  if (from.name == "timeout")
    return take(parse_integer(from, timeout_range), to.timeout_ms);
  if (from.name == "tier") {
    auto tier = parse_integer(from, tier_range);
    if (!tier)
      return std::move(tier.error());
    to.tier = static_cast<unsigned>(*tier);
  }
  return caf::none;
}

caf::error apply(const http_parameter& from, data_request& to,
                 pending_words& pending) {
  auto& query = to.query;
  if (from.name == "chart")
    query.chart = from.value;
  else if (from.name == "context")
    query.context = from.value;
  else if (from.name == "nodes") {
    for (auto& x : split(from.value, ",|"))
      query.nodes.push_back(std::move(x));
    if (query.nodes.size() > query_nodes_max)
      return make_error(ec::bad_request, "nodes names more than "
                                             + std::to_string(query_nodes_max));
  } else if (from.name == "dimensions" || from.name == "dimension")
    query.dimensions = split(from.value, ",|");
  else if (from.name == "group")
    pending.group = from.value;
  else if (from.name == "group_options")
    pending.group_options = from.value;
  else if (from.name == "aggregation") {
    auto by = parse_choice(from, aggregation_choices);
    if (!by)
      return std::move(by.error());
    query.merged_by = *by;
  } else if (from.name == "options")
    return apply_options(from, to, pending);
  if (auto fault = apply_shape(from, to, pending))
    return fault;
  return apply_number(from, query);
}

/// What parameters mean together.
caf::error complete(data_request& to, const pending_words& pending) {
  auto& query = to.query;
  if (query.chart.empty() == query.context.empty())
    return make_error(ec::bad_request,
                      query.chart.empty()
                          ? "chart is missing, and so is context"
                          : "chart and context can't be asked for at once");
  auto rule = parse_group_rule(pending.group, pending.group_options);
  if (!rule)
    return std::move(rule.error());
  query.group = *rule;
  if (query.resample_seconds > 0 && rule->function != grouping::average)
    return make_error(ec::bad_request, "gtime is for group=average only");
  if (pending.selects_tier && !query.tier)
    return make_error(ec::bad_request, "options: selected-tier needs tier");
  if (query.natural_points && query.virtual_points)
    return make_error(ec::bad_request,
                      "options: natural-points and virtual-points can't be at "
                      "once");
  if (to.options.dates && to.options.milliseconds)
    return make_error(ec::bad_request,
                      "options: rfc3339 and ms can't be at once");
  if (to.format == data_format::datasource)
    to.format = pending.google_format;
  if (to.format == data_format::datasource && to.wrapped)
    return make_error(ec::bad_request,
                      "options: jsonwrap is not for format=datasource");
  if (pending.matches_ids != pending.matches_names)
    query.match
        = pending.matches_ids ? dimension_match::ids : dimension_match::names;
  return caf::none;
}

} // namespace

caf::expected<data_request>
parse_data_request(const std::vector<http_parameter>& parameters) {
  data_request result;
  pending_words pending;
  for (auto& x : parameters)
    if (auto fault = apply(x, result, pending))
      return fault;
  if (auto fault = complete(result, pending))
    return fault;
  return result;
}

} // namespace tributary
