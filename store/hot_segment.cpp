#include "store/hot_segment.hpp"

#include <algorithm>

#include "schema/real.hpp"
#include "store/transpose.hpp"

namespace tributary {

namespace {

/// Not so when a roster has two charts of one id.
bool are_distinct(std::vector<window_column*> columns) {
  columns.erase(std::remove(columns.begin(), columns.end(), nullptr),
                columns.end());
  std::sort(columns.begin(), columns.end());
  return std::adjacent_find(columns.begin(), columns.end()) == columns.end();
}

} // namespace

void hot_segment::add(tick t, const frame_row& row) {
  ticks.push_back(t);
  values.insert(values.end(), row.values.begin(), row.values.end());
  present.insert(present.end(), row.present.begin(), row.present.end());
  auto words = bitmap_words(columns);
  if (!row.estimated.empty() || !estimated.empty()) {
    estimated.resize((ticks.size() - 1) * words, 0);
    if (row.estimated.empty())
      estimated.resize(ticks.size() * words, 0);
    else
      estimated.insert(estimated.end(), row.estimated.begin(),
                       row.estimated.end());
  }
}

void hot_segment::clear() {
  ticks.clear();
  values.clear();
  present.clear();
  estimated.clear();
}

void hot_segment::add_to(window_table& to, std::string_view only_chart) const {
  add_rows_to(to, targets_in(to, only_chart));
}

void hot_segment::add_rows_to(window_table& to,
                              const segment_targets& targets) const {
  std::vector<bool> taken(ticks.size());
  for (size_t r = 0; r < ticks.size(); ++r)
    taken[r] = to.claim(static_cast<size_t>(ticks[r] - to.start()),
                        columns_of->epoch());
  auto in_tiles = estimated.empty() && targets.distinct;
  for (size_t r = 0; r < ticks.size();) {
    auto begin = r++;
    if (!taken[begin])
      continue;
    while (r < ticks.size() && taken[r] && ticks[r] == ticks[r - 1] + 1)
      ++r;
    add_run(begin, r, to.start(), targets.columns, in_tiles);
    for (auto& x : targets.converted)
      add_converted(begin, r, to.start(), x);
  }
}

segment_targets hot_segment::targets_in(window_table& to,
                                        std::string_view only_chart) const {
  segment_targets result;
  result.columns.resize(columns, nullptr);
  std::vector<const roster_entry*> entries;
  for (auto& entry : columns_of->charts())
    if (entry.first_column < columns
        && (only_chart.empty() || entry.chart->id == only_chart))
      entries.push_back(&entry);
  // All charts before any column: one of the same id moves those before it.
  for (auto entry : entries)
    to.chart_for(entry->chart, columns_of->epoch());
  for (auto entry : entries) {
    auto& target = to.chart_at(entry->chart->id);
    auto& dimensions = entry->chart->dimensions;
    for (size_t d = 0; d < dimensions.size(); ++d) {
      auto at = dimension_index(*target.chart, dimensions[d].id);
      if (at == target.columns.size())
        continue;
      auto& as = target.chart->dimensions[at];
      auto column = entry->first_column + d;
      if (needs_conversion(dimensions[d], as))
        result.converted.push_back(
            {column, &target.columns[at], dimensions[d], as});
      else
        result.columns[column] = &target.columns[at];
    }
  }
  result.distinct = are_distinct(result.columns);
  return result;
}

void hot_segment::add_run(size_t begin, size_t end, tick start,
                          const std::vector<window_column*>& targets,
                          bool in_tiles) const {
  auto words = bitmap_words(columns);
  auto first = static_cast<size_t>(ticks[begin] - start);
  if (in_tiles && are_free(targets, first, end - begin)) {
    add_rows({&values[begin * columns], &present[begin * words], columns,
              end - begin},
             first, targets);
    return;
  }
  for (auto r = begin; r < end; ++r)
    for (size_t c = 0; c < columns; ++c) {
      auto word = r * words + c / 64;
      auto bit = uint64_t{1} << (c % 64);
      if (targets[c] != nullptr && (present[word] & bit) != 0)
        set_slot(*targets[c], first + r - begin, values[r * columns + c],
                 !estimated.empty() && (estimated[word] & bit) != 0);
    }
}

void hot_segment::add_converted(size_t begin, size_t end, tick start,
                                const segment_targets::conversion& how) const {
  auto words = bitmap_words(columns);
  auto bit = uint64_t{1} << (how.column % 64);
  for (auto r = begin; r < end; ++r)
    if ((present[r * words + how.column / 64] & bit) != 0)
      set_slot(*how.to, static_cast<size_t>(ticks[r] - start),
               converted(values[r * columns + how.column], how.from, how.as),
               !estimated.empty()
                   && (estimated[r * words + how.column / 64] & bit) != 0);
}

} // namespace tributary
