#include "store/hot.hpp"

#include <algorithm>

#include "store/transpose.hpp"

namespace tributary {

namespace {

/// Lives whose rosters are kept. A node that ends every ten seconds still has
/// all of its lives of a window here when the journal is replayed.
constexpr size_t rosters_max = 64;

/// Not so when a roster has two charts of one id.
bool are_distinct(std::vector<window_column*> columns) {
  columns.erase(std::remove(columns.begin(), columns.end(), nullptr),
                columns.end());
  std::sort(columns.begin(), columns.end());
  return std::adjacent_find(columns.begin(), columns.end()) == columns.end();
}

bool overlaps(const closed_window& window, tick from, tick to) {
  return window.start <= to && window.start + window.slots > from;
}

} // namespace

// -- hot_segment --------------------------------------------------------------

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

void hot_segment::add_to(window_table& to, std::string_view only_chart,
                         size_t first, size_t last) const {
  std::vector<bool> taken(last);
  for (auto r = first; r < last; ++r)
    taken[r] = to.claim(static_cast<size_t>(ticks[r] - to.start()),
                        columns_of->epoch());
  auto targets = targets_in(to, only_chart);
  auto in_tiles = estimated.empty() && are_distinct(targets);
  for (auto r = first; r < last;) {
    auto begin = r++;
    if (!taken[begin])
      continue;
    while (r < last && taken[r] && ticks[r] == ticks[r - 1] + 1)
      ++r;
    add_run(begin, r, to.start(), targets, in_tiles);
  }
}

std::vector<window_column*>
hot_segment::targets_in(window_table& to, std::string_view only_chart) const {
  std::vector<window_column*> result(columns, nullptr);
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
      if (at != target.columns.size())
        result[entry->first_column + d] = &target.columns[at];
    }
  }
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

window_table closed_window::table() const {
  window_table result{start, slots};
  for (auto& segment : segments)
    segment.add_to(result, {});
  return result;
}

// -- hot_host -----------------------------------------------------------------

hot_host::hot_host(host_definition definition, coverage durable, tick stored_to)
    : definition_(std::move(definition)), stored_to_(stored_to) {
  add_seen(durable.runs());
}

void hot_host::redefine(host_definition definition) {
  // Window and grouping are the host's for good: blocks on disk have them.
  definition.window_seconds = definition_.window_seconds;
  definition.group_columns = definition_.group_columns;
  definition_ = std::move(definition);
}

caf::error hot_host::define(const roster_run& run) {
  auto& held = rosters_[run.epoch];
  auto known = held ? held->charts().size() : 0;
  if (run.first_chart > known) {
    if (!held)
      rosters_.erase(run.epoch);
    return make_error(ec::unknown_layout, "roster run begins at chart "
                                              + std::to_string(run.first_chart)
                                              + ", known are "
                                              + std::to_string(known));
  }
  if (held && run.first_chart + run.charts.size() <= known)
    return {};
  auto next = held ? std::make_shared<roster>(*held)
                   : std::make_shared<roster>(run.epoch);
  for (auto i = known - run.first_chart; i < run.charts.size(); ++i)
    next->append(run.charts[i]);
  if (next->columns() > host_columns_max) {
    if (!held)
      rosters_.erase(run.epoch);
    return make_error(ec::too_large, "host has more than "
                                         + std::to_string(host_columns_max)
                                         + " columns");
  }
  held = std::move(next);
  while (rosters_.size() > rosters_max)
    rosters_.erase(rosters_.begin());
  return {};
}

roster_ptr hot_host::newest_roster() const {
  return rosters_.empty() ? nullptr : rosters_.rbegin()->second;
}

roster_ptr hot_host::roster_of(epoch_number epoch) const {
  auto i = rosters_.find(epoch);
  return i == rosters_.end() ? nullptr : i->second;
}

caf::expected<frame_outcome> hot_host::apply(const frame& sealed) {
  auto& header = sealed.header();
  auto had = header.part == 0 && header.epoch == chain_.epoch
             && header.tick <= chain_.tick;
  if (had || seen_.epoch_at(header.tick) > header.epoch)
    return frame_outcome::duplicate;
  auto columns_of = roster_of(header.epoch);
  if (!columns_of)
    return make_error(ec::unknown_layout,
                      "no roster of epoch " + std::to_string(header.epoch));
  auto start = definition_.window_start(header.tick);
  if (!header.is_key() && header.base_tick < start)
    return ec::need_key;
  if (header.part != 0 && header.tick >= stored_to_
      && seen_.epoch_at(header.tick) != header.epoch)
    return ec::need_key;
  if (auto error = open_row(sealed, *columns_of, chain_, row_))
    return error;
  latest_.take(header, row_, *columns_of);
  if (header.part == 0)
    see({header.tick, header.tick, header.epoch});
  if (header.tick < stored_to_)
    return frame_outcome::late;
  keep_row(header);
  return frame_outcome::fresh;
}

void hot_host::keep_row(const frame_header& header) {
  auto start = definition_.window_start(header.tick);
  auto& window = open_[start];
  window.start = start;
  window.slots = static_cast<uint16_t>(definition_.window_seconds);
  auto& segments = window.segments;
  if (segments.empty() || segments.back().columns != header.columns
      || segments.back().columns_of->epoch() != header.epoch) {
    segments.emplace_back();
    segments.back().columns = header.columns;
  }
  segments.back().columns_of = roster_of(header.epoch);
  segments.back().add(header.tick, row_);
}

void hot_host::add_seen(const std::vector<coverage_run>& runs) {
  for (auto& run : runs)
    see(run);
}

void hot_host::see(const coverage_run& run) {
  seen_.add(run);
  if (run.epoch > newest_epoch_) {
    newest_epoch_ = run.epoch;
    newest_ = 0;
  }
  if (run.epoch == newest_epoch_)
    newest_ = std::max(newest_, run.to);
}

std::vector<closed_window_ptr> hot_host::close_windows(tick before) {
  std::vector<closed_window_ptr> result;
  while (!open_.empty()) {
    auto i = open_.begin();
    auto end = i->second.start + i->second.slots;
    if (end > before)
      break;
    auto closed = std::make_shared<const closed_window>(std::move(i->second));
    closing_[i->first] = closed;
    result.push_back(std::move(closed));
    stored_to_ = std::max(stored_to_, end);
    open_.erase(i);
  }
  return result;
}

void hot_host::forget(tick start) {
  closing_.erase(start);
}

std::vector<window_table> hot_host::extract(tick from, tick to,
                                            std::string_view only_chart) const {
  std::vector<window_table> result;
  auto add = [&](const closed_window& window) {
    if (!overlaps(window, from, to))
      return;
    result.emplace_back(window.start, window.slots);
    for (auto& segment : window.segments)
      segment.add_to(result.back(), only_chart);
  };
  for (auto& kvp : closing_)
    add(*kvp.second);
  for (auto& kvp : open_)
    add(kvp.second);
  return result;
}

column_sums hot_host::sums_after(tick after) const {
  column_sums result;
  auto add = [&](const closed_window& window) {
    if (window.start + window.slots <= after)
      return;
    for (auto& segment : window.segments) {
      if (segment.columns_of->epoch() != latest_.epoch())
        continue;
      auto words = bitmap_words(segment.columns);
      for (size_t r = 0; r < segment.ticks.size(); ++r)
        if (segment.ticks[r] > after)
          result.add(&segment.values[r * segment.columns],
                     &segment.present[r * words], segment.columns);
    }
  };
  for (auto& kvp : closing_)
    add(*kvp.second);
  for (auto& kvp : open_)
    add(kvp.second);
  return result;
}

window_table hot_host::late_table(tick t, epoch_number epoch) const {
  closed_window window;
  window.start = definition_.window_start(t);
  window.slots = static_cast<uint16_t>(definition_.window_seconds);
  hot_segment segment;
  segment.columns_of = roster_of(epoch);
  segment.columns = static_cast<uint32_t>(row_.values.size());
  segment.add(t, row_);
  window.segments.push_back(std::move(segment));
  return window.table();
}

size_t hot_host::memory_bytes() const {
  size_t result = 0;
  auto add = [&](const closed_window& window) {
    for (auto& x : window.segments)
      result += 8
                * (x.values.capacity() + x.present.capacity()
                   + x.estimated.capacity() + x.ticks.capacity());
  };
  for (auto& kvp : closing_)
    add(*kvp.second);
  for (auto& kvp : open_)
    add(kvp.second);
  return result;
}

} // namespace tributary
