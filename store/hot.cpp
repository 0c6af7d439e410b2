#include "store/hot.hpp"

#include <algorithm>

namespace tributary {

namespace {

/// Lives whose rosters are kept. A node that ends every ten seconds still has
/// all of its lives of a window here when the journal is replayed.
constexpr size_t rosters_max = 64;

template <class Window>
bool overlaps(const Window& window, tick from, tick to) {
  return window.start() <= to && window.start() + window.slots() > from;
}

} // namespace

hot_host::hot_host(host_definition definition, coverage durable,
                   closed_mark closed)
    : definition_(std::move(definition)), closed_(std::move(closed)) {
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

caf::expected<frame_outcome> hot_host::apply(const frame& sealed,
                                             const coverage& blocks) {
  auto& header = sealed.header();
  auto held = seen_.epoch_at(header.tick);
  // One that is here and newer than the chain moves that on.
  auto had = header.part == 0 && header.epoch == chain_.epoch
             && header.tick <= chain_.tick && held == header.epoch;
  if (had || held > header.epoch || has_part(header))
    return frame_outcome::duplicate;
  auto columns_of = roster_of(header.epoch);
  if (!columns_of)
    return make_error(ec::unknown_layout,
                      "no roster of epoch " + std::to_string(header.epoch));
  auto start = definition_.window_start(header.tick);
  if (!header.is_key()
      && (header.base_tick < start
          || (header.base_tick < closed_.to && header.tick >= closed_.to)))
    return ec::need_key; // the open window has not the base
  auto is_late = is_closed(header.tick);
  if (header.part != 0 && held != header.epoch
      && blocks.epoch_at(header.tick) != header.epoch)
    return ec::need_key;
  if (auto error = open_row(sealed, *columns_of, chain_, row_))
    return error;
  latest_.take(header, row_, *columns_of);
  if (header.part == 0)
    see({header.tick, header.tick, header.epoch});
  else
    see_part(header);
  if (is_late)
    return frame_outcome::late;
  filled_ = header.tick;
  keep(sealed, std::move(columns_of));
  return frame_outcome::fresh;
}

bool hot_host::has_part(const frame_header& header) const {
  if (header.part == 0)
    return false;
  auto i = parts_seen_.find(header.part);
  return i != parts_seen_.end()
         && i->second.epoch_at(header.tick) >= header.epoch;
}

void hot_host::see_part(const frame_header& header) {
  parts_seen_[header.part].add({header.tick, header.tick, header.epoch});
  size_t runs = 0;
  for (auto& kvp : parts_seen_)
    runs += kvp.second.runs().size();
  if (runs > part_runs_max)
    parts_seen_.clear();
}

void hot_host::keep(const frame& sealed, roster_ptr columns_of) {
  auto start = definition_.window_start(sealed.header().tick);
  auto i = open_.find(start);
  if (i == open_.end())
    i = open_
            .emplace(start, open_window{start, static_cast<uint16_t>(
                                                   definition_.window_seconds)})
            .first;
  i->second.add(sealed, std::move(columns_of), chain_);
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

tick hot_host::newest() const noexcept {
  if (newest_ <= ahead_from_)
    return newest_;
  auto& runs = seen_.runs();
  auto found = std::find_if(runs.rbegin(), runs.rend(), [this](auto& run) {
    return run.epoch == newest_epoch_ && run.from <= ahead_from_;
  });
  return found == runs.rend() ? 0 : std::min(found->to, ahead_from_);
}

bool hot_host::heed_clock(tick now) {
  ahead_from_ = now + ahead_seconds;
  auto span = static_cast<tick>(definition_.window_seconds);
  auto to = definition_.window_start(now) + span;
  if (closed_.to <= std::max(ahead_from_, to))
    return false;
  for (auto& run : seen_.runs()) {
    auto last = std::min(run.to, closed_.to - 1);
    for (auto start = definition_.window_start(std::max(run.from, to));
         start <= last; start += span)
      if (open_.count(start) == 0)
        closed_.ahead.insert(start);
  }
  closed_.to = to;
  return true;
}

closed_window_ptr
hot_host::close(std::map<tick, open_window>::iterator window) {
  auto result = std::make_shared<const hot_window>(window->second.close());
  closing_[window->first] = result;
  open_.erase(window);
  return result;
}

std::vector<closed_window_ptr> hot_host::close_windows(tick before) {
  std::vector<closed_window_ptr> result;
  while (!open_.empty()) {
    auto i = open_.begin();
    auto end = i->first + i->second.slots();
    if (end > before)
      break;
    result.push_back(close(i));
    closed_.move_up(end);
  }
  return result;
}

std::vector<closed_window_ptr> hot_host::close_ahead(bool all) {
  std::vector<closed_window_ptr> result;
  if (open_.empty() || open_.rbegin()->first <= ahead_from_)
    return result;
  for (auto i = open_.upper_bound(ahead_from_); i != open_.end();) {
    auto at = i++;
    auto end = at->first + at->second.slots();
    if (!all && filled_ >= at->first && filled_ < end)
      continue;
    closed_.ahead.insert(at->first);
    result.push_back(close(at));
  }
  return result;
}

void hot_host::forget(tick start) {
  closing_.erase(start);
}

std::vector<hot_window> hot_host::windows(tick from, tick to) const {
  std::vector<hot_window> result;
  for (auto& kvp : closing_)
    if (overlaps(*kvp.second, from, to))
      result.push_back(*kvp.second);
  for (auto& kvp : open_)
    if (overlaps(kvp.second, from, to))
      result.push_back(kvp.second.snapshot());
  return result;
}

std::vector<window_table> hot_host::extract(tick from, tick to,
                                            std::string_view only_chart) const {
  std::vector<window_table> result;
  for (auto& window : windows(from, to))
    result.push_back(window.table(only_chart));
  return result;
}

column_sums hot_host::sums_after(tick after) const {
  column_sums result;
  auto epoch = latest_.epoch();
  for (auto& kvp : closing_)
    if (overlaps(*kvp.second, after + 1, tick_max))
      add_sums(kvp.second->packs(), kvp.first, epoch, after, result);
  for (auto& kvp : open_)
    if (overlaps(kvp.second, after + 1, tick_max))
      kvp.second.add_sums_to(result, epoch, after);
  return result;
}

late_row hot_host::late_row_of(const frame_header& header) const {
  return make_late_row(header, roster_of(header.epoch), row_);
}

late_row_ptr hot_host::late_row_at(const frame_header& header,
                                   journal_position position,
                                   journal_position key_position) const {
  auto result = std::make_shared<late_row>(late_row_of(header));
  result->position = position;
  result->readable_from = result->is_base ? key_position : position;
  return result;
}

size_t hot_host::memory_bytes() const {
  size_t result = 0;
  for (auto& kvp : closing_)
    result += kvp.second->memory_bytes();
  for (auto& kvp : open_)
    result += kvp.second.memory_bytes();
  return result;
}

} // namespace tributary
