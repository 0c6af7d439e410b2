#include "actors/storage/queries.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "actors/storage/shown.hpp"
#include "schema/real.hpp"

namespace tributary {

namespace {

constexpr double gap = std::numeric_limits<double>::quiet_NaN();

bool is_named(const query_column& x, const std::string& pattern,
              dimension_match match) {
  return (match != dimension_match::names && matches_pattern(pattern, x.id))
         || (match != dimension_match::ids && matches_pattern(pattern, x.name));
}

/// Each value as per cent of its row's sum, for the columns of one host.
void make_percentages(const std::vector<query_column>& columns, double* row,
                      size_t host) {
  double sum = 0;
  for (size_t i = 0; i < columns.size(); ++i)
    if (columns[i].host == host && !std::isnan(row[i]))
      sum += row[i];
  for (size_t i = 0; i < columns.size(); ++i)
    if (columns[i].host == host && !std::isnan(row[i]))
      row[i] = sum == 0 ? 0 : row[i] * 100 / sum;
}

void keep_columns(const std::vector<size_t>& kept, query_answer& answer) {
  auto width = answer.columns.size();
  if (kept.size() == width)
    return;
  std::vector<query_column> columns;
  for (auto i : kept)
    columns.push_back(std::move(answer.columns[i]));
  std::vector<double> values;
  values.reserve(answer.times.size() * kept.size());
  for (size_t row = 0; row < answer.times.size(); ++row)
    for (auto i : kept)
      values.push_back(answer.values[row * width + i]);
  answer.columns = std::move(columns);
  answer.values = std::move(values);
}

} // namespace

/// Goes back to the last star only, so that no pattern takes long.
bool matches_pattern(std::string_view pattern, std::string_view text) {
  constexpr auto none = std::string_view::npos;
  size_t p = 0;
  size_t t = 0;
  size_t star = none;
  size_t taken_to = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken_to = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != none) {
      p = star + 1;
      t = ++taken_to;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == none;
}

caf::expected<std::vector<size_t>>
matching_columns(const std::vector<query_column>& all,
                 const std::vector<std::string>& patterns,
                 dimension_match match, const std::string& place) {
  std::vector<bool> is_wanted(all.size(), patterns.empty());
  for (auto& pattern : patterns) {
    auto any = false;
    for (size_t i = 0; i < all.size(); ++i)
      if (is_named(all[i], pattern, match))
        any = is_wanted[i] = true;
    if (!any)
      return make_error(ec::not_found, "dimension " + pattern + " of " + place);
  }
  std::vector<size_t> result;
  for (size_t i = 0; i < all.size(); ++i)
    if (is_wanted[i])
      result.push_back(i);
  return result;
}

std::vector<query_column> columns_of(const chart& x) {
  std::vector<query_column> result;
  for (auto& d : x.dimensions)
    result.push_back({d.id, d.name, 0});
  return result;
}

caf::error finish_table(const query_request& what, query_answer& answer) {
  auto place = what.chart.empty() ? what.context : what.chart;
  auto kept
      = matching_columns(answer.columns, what.dimensions, what.match, place);
  if (!kept)
    return std::move(kept.error());
  if (what.magnitudes)
    for (auto& x : answer.values)
      x = std::fabs(x);
  if (what.percentages && !answer.columns.empty()) {
    auto width = answer.columns.size();
    for (size_t row = 0; row < answer.times.size(); ++row)
      for (size_t host = 0; host <= answer.columns.back().host; ++host)
        make_percentages(answer.columns, &answer.values[row * width], host);
  }
  keep_columns(*kept, answer);
  return {};
}

void shown_values(const chart& of, const std::vector<int64_t>& stored,
                  const std::vector<bool>& present,
                  std::vector<double>& shown) {
  auto count = of.dimensions.size();
  shown.assign(count, gap);
  double row_sum = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!present[i])
      continue;
    shown[i] = shown_scale{of, i}.of(
        number_of(of.dimensions[i].algorithm, stored[i]));
    if (is_share_of_row(of.dimensions[i].algorithm))
      row_sum += shown[i];
  }
  for (size_t i = 0; i < count; ++i)
    if (present[i] && is_share_of_row(of.dimensions[i].algorithm))
      shown[i] = row_sum == 0 ? 0 : shown[i] * 100 / row_sum;
}

} // namespace tributary
