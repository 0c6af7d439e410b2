#include "actors/storage/grouping.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>

#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

struct grouping_name {
  std::string_view name;
  grouping function;
};

/// The first name of each function is what the API calls it.
constexpr grouping_name names[] = {
    {"average", grouping::average},
    {"avg", grouping::average},
    {"mean", grouping::average},
    {"min", grouping::min},
    {"max", grouping::max},
    {"sum", grouping::sum},
    {"incremental-sum", grouping::incremental_sum},
    {"incremental_sum", grouping::incremental_sum},
    {"median", grouping::median},
    {"stddev", grouping::stddev},
    {"cv", grouping::cv},
    {"rsd", grouping::cv},
    {"coefficient-of-variation", grouping::cv},
    {"ses", grouping::ses},
    {"ema", grouping::ses},
    {"ewma", grouping::ses},
    {"des", grouping::des},
    {"countif", grouping::countif},
    {"percentile", grouping::percentile},
    {"trimmed-mean", grouping::trimmed_mean},
    {"trimmed-median", grouping::trimmed_median},
    {"extremes", grouping::extremes},
    {"latest", grouping::latest},
};

constexpr int percentiles[] = {25, 50, 75, 80, 90, 95, 97, 98, 99};
constexpr int trims[] = {1, 2, 3, 5, 10, 15, 20, 25};

struct comparison_name {
  std::string_view text;
  comparison compare;
};

/// Longer ones first: `>` begins `>=`.
constexpr comparison_name comparisons[] = {
    {">=", comparison::greater_or_equal},
    {"<=", comparison::less_or_equal},
    {"==", comparison::equal},
    {"!=", comparison::not_equal},
    {"<>", comparison::not_equal},
    {">", comparison::greater},
    {"<", comparison::less},
    {"=", comparison::equal},
    {"!", comparison::not_equal},
    {":", comparison::equal},
};

std::string known_groupings() {
  std::string result;
  for (auto& x : names)
    result += (result.empty() ? "" : ", ") + std::string{x.name};
  return result
         + ", percentile25 to percentile99, trimmed-mean1 to "
           "trimmed-mean25, trimmed-median1 to trimmed-median25";
}

std::optional<double> parse_number(std::string_view text) {
  double result = 0;
  auto end = text.data() + text.size();
  auto [rest, fault] = std::from_chars(text.data(), end, result);
  if (fault != std::errc{} || rest != end || !std::isfinite(result))
    return std::nullopt;
  return result;
}

/// The number behind the function's name, one of `known`; none for another.
template <size_t Count>
std::optional<double> number_in_name(std::string_view text,
                                     std::string_view name,
                                     const int (&known)[Count]) {
  if (text.size() <= name.size() || text.substr(0, name.size()) != name)
    return std::nullopt;
  auto number = text.substr(name.size());
  for (auto x : known)
    if (std::to_string(x) == number)
      return x;
  return std::nullopt;
}

std::optional<group_rule> rule_named(std::string_view group) {
  group_rule result;
  for (auto& x : names) {
    if (x.name != group)
      continue;
    result.function = x.function;
    if (x.function == grouping::percentile)
      result.parameter = 95;
    else if (x.function == grouping::trimmed_mean
             || x.function == grouping::trimmed_median)
      result.parameter = 5;
    return result;
  }
  auto with_number = [&](grouping function, auto& known) {
    auto number = number_in_name(group, to_string(function), known);
    if (number) {
      result.function = function;
      result.parameter = *number;
    }
    return number.has_value();
  };
  if (with_number(grouping::percentile, percentiles)
      || with_number(grouping::trimmed_mean, trims)
      || with_number(grouping::trimmed_median, trims))
    return result;
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

caf::expected<group_rule> with_condition(group_rule rule,
                                         std::string_view options) {
  auto rest = trimmed(options);
  for (auto& x : comparisons)
    if (rest.substr(0, x.text.size()) == x.text) {
      rule.compare = x.compare;
      rest = trimmed(rest.substr(x.text.size()));
      break;
    }
  auto number = parse_number(rest);
  if (!number)
    return make_error(ec::bad_request,
                      "group_options of countif is no comparison with a "
                      "number, such as >10, <=0.5, ==0 or !=1");
  rule.parameter = *number;
  return rule;
}

bool compares(comparison how, double x, double y) {
  switch (how) {
  case comparison::equal:
    return x == y;
  case comparison::not_equal:
    return x != y;
  case comparison::less:
    return x < y;
  case comparison::less_or_equal:
    return x <= y;
  case comparison::greater:
    return x > y;
  case comparison::greater_or_equal:
    return x >= y;
  }
  return false;
}

double mean_of(const double* begin, const double* end) {
  return std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
}

/// Between the values of rank `floor` and `ceil` of `per_cent` of the way from
/// the first to the last.
double percentile_of(std::vector<double>& values, double per_cent) {
  auto place = per_cent / 100 * static_cast<double>(values.size() - 1);
  auto low = static_cast<size_t>(place);
  auto at = values.begin() + static_cast<std::ptrdiff_t>(low);
  std::nth_element(values.begin(), at, values.end());
  auto below = *at;
  auto share = place - static_cast<double>(low);
  if (share == 0)
    return below;
  auto above = *std::min_element(at + 1, values.end());
  return below + share * (above - below);
}

double stddev_of(const std::vector<double>& values) {
  if (values.size() < 2)
    return 0;
  auto mean = mean_of(values.data(), values.data() + values.size());
  double squares = 0;
  for (auto x : values)
    squares += (x - mean) * (x - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double variation_of(const std::vector<double>& values) {
  auto deviation = stddev_of(values);
  auto mean = mean_of(values.data(), values.data() + values.size());
  if (mean == 0)
    return deviation == 0 ? 0 : gap;
  return deviation * 100 / std::fabs(mean);
}

double trimmed_mean_of(std::vector<double>& values, double per_cent) {
  std::sort(values.begin(), values.end());
  auto cut = static_cast<size_t>(static_cast<double>(values.size()) * per_cent
                                 / 100);
  return mean_of(values.data() + cut, values.data() + values.size() - cut);
}

double trimmed_median_of(std::vector<double>& values, double per_cent) {
  auto [least, most] = std::minmax_element(values.begin(), values.end());
  auto cut = (*most - *least) * per_cent / 100;
  auto low = *least + cut;
  auto high = *most - cut;
  std::vector<double> kept;
  for (auto x : values)
    if (x >= low && x <= high)
      kept.push_back(x);
  // Two heaps of values far from each other leave nothing between.
  return percentile_of(kept.empty() ? values : kept, 50);
}

double share_of(const group_rule& rule, const std::vector<double>& values) {
  auto hits = std::count_if(values.begin(), values.end(), [&](double x) {
    return compares(rule.compare, x, rule.parameter);
  });
  return static_cast<double>(hits) * 100 / static_cast<double>(values.size());
}

} // namespace

const char* to_string(grouping x) noexcept {
  for (auto& entry : names)
    if (entry.function == x)
      return entry.name.data();
  return "unknown";
}

caf::expected<group_rule> parse_group_rule(std::string_view group,
                                           std::string_view options) {
  auto rule = rule_named(group);
  if (!rule)
    return make_error(ec::bad_request,
                      "group is none of " + known_groupings() + ": \""
                          + std::string{group.substr(0, 64)} + "\"");
  if (trimmed(options).empty())
    return *rule;
  switch (rule->function) {
  case grouping::countif:
    return with_condition(*rule, options);
  case grouping::percentile:
  case grouping::trimmed_mean:
  case grouping::trimmed_median: {
    auto number = parse_number(trimmed(options));
    auto is_percentile = rule->function == grouping::percentile;
    if (!number || *number < 0 || *number > 100
        || (!is_percentile && *number >= 50))
      return make_error(ec::bad_request,
                        std::string{"group_options of "}
                            + to_string(rule->function)
                            + (is_percentile ? " is no number from 0 to 100"
                                             : " is no number from 0 to "
                                               "below 50"));
    rule->parameter = *number;
    return *rule;
  }
  default:
    return make_error(ec::bad_request, std::string{"group_options: "}
                                           + to_string(rule->function)
                                           + " takes none");
  }
}

void smoothing::add(double x, bool with_trend) {
  if (!begun) {
    level = x;
    begun = true;
    return;
  }
  auto before = level;
  level = share * x + (1 - share) * (level + trend);
  if (with_trend)
    trend = share * (level - before) + (1 - share) * trend;
}

bool needs_values(grouping x) noexcept {
  switch (x) {
  case grouping::median:
  case grouping::stddev:
  case grouping::cv:
  case grouping::countif:
  case grouping::percentile:
  case grouping::trimmed_mean:
  case grouping::trimmed_median:
    return true;
  default:
    return false;
  }
}

double grouped(const group_rule& rule, const row_totals& totals,
               std::vector<double>& values, const smoothing& smooth) {
  switch (rule.function) {
  case grouping::average:
    return totals.sum / totals.count;
  case grouping::min:
    return totals.min;
  case grouping::max:
    return totals.max;
  case grouping::sum:
    return totals.sum;
  case grouping::incremental_sum:
    return totals.last - totals.first;
  case grouping::median:
    return percentile_of(values, 50);
  case grouping::stddev:
    return stddev_of(values);
  case grouping::cv:
    return variation_of(values);
  case grouping::ses:
  case grouping::des:
    return smooth.level;
  case grouping::countif:
    return share_of(rule, values);
  case grouping::percentile:
    return percentile_of(values, rule.parameter);
  case grouping::trimmed_mean:
    return trimmed_mean_of(values, rule.parameter);
  case grouping::trimmed_median:
    return trimmed_median_of(values, rule.parameter);
  case grouping::extremes:
    return std::fabs(totals.min) > std::fabs(totals.max) ? totals.min
                                                         : totals.max;
  case grouping::latest:
    return totals.last;
  }
  return gap;
}

} // namespace tributary
