#include "actors/http/api_query.hpp"
#include "actors/http/parameter_values.hpp"

namespace tributary {

namespace {

constexpr integer_range seconds_range{-request_seconds_max,
                                      request_seconds_max};
constexpr integer_range points_range{0, query_points_max};
constexpr integer_range tier_range{0, 255};
constexpr integer_range timeout_range{1, query_timeout_ms_max};
constexpr integer_range resample_range{0, resample_seconds_max};

constexpr choice<data_format> format_choices[] = {
    {"json", data_format::json},         {"csv", data_format::csv},
    {"tsv", data_format::tsv},           {"ssv", data_format::ssv},
    {"ssvcomma", data_format::ssvcomma}, {"array", data_format::array},
    {"markdown", data_format::markdown},
};

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

template <row_reduction Value>
void set_reduction(data_request& x, pending_words&) {
  x.options.reduction = Value;
}

/// `minify` asks for what is the case here anyway.
constexpr choice<option_switch> option_choices[] = {
    {"jsonwrap",
     [](data_request& x, pending_words&) {
       x.wrapped = true;
     }},
    {"objectrows", set_shown<&data_options::object_rows>},
    {"flip", set_shown<&data_options::oldest_first>},
    {"reversed", set_shown<&data_options::oldest_first>},
    {"ms", set_shown<&data_options::milliseconds>},
    {"seconds",
     [](data_request& x, pending_words&) {
       x.options.milliseconds = false;
     }},
    {"abs", set_query<&query_request::magnitudes>},
    {"absolute", set_query<&query_request::magnitudes>},
    {"absolute-sum", set_query<&query_request::magnitudes>},
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
    {"minify",
     [](data_request&, pending_words&) {
     }},
};

/// Options add up, also over several parameters.
caf::error apply_options(const http_parameter& from, data_request& to,
                         pending_words& pending) {
  for (auto& name : split(from.value, ",| ")) {
    auto option = parse_choice({from.name, name}, option_choices);
    if (!option)
      return std::move(option.error());
    (*option)(to, pending);
    to.options_text += to.options_text.empty() ? "" : ",";
    to.options_text += name;
  }
  return caf::none;
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
  } else if (from.name == "format")
    return take(parse_choice(from, format_choices), to.format);
  else if (from.name == "options")
    return apply_options(from, to, pending);
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
