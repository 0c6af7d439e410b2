/// The waiting half of store.hpp: what is handed in, and windows on their way
/// to their stored bytes.

#include <algorithm>
#include <limits>

#include "store/store.hpp"

namespace tributary {

void store::put_roster(host_number host, const roster& whole) {
  if (hosts_.count(host) == 0)
    return; // it was forgotten meanwhile
  roster_run run;
  run.epoch = whole.epoch();
  for (auto& x : whole.charts())
    run.charts.push_back(x.chart);
  staged_rosters_[{host, whole.epoch()}] = seal_roster(run);
}

bool store::has_roster(host_number host, epoch_number epoch) const {
  auto stored = roster_epochs_.find(host);
  return staged_rosters_.count({host, epoch}) != 0
         || (stored != roster_epochs_.end()
             && stored->second.count(epoch) != 0);
}

void store::append(journal_item item) {
  epoch_ends_[{item.host, item.frame->header().epoch}] = staged_end() + 1;
  staged_bytes_ += item.frame->sealed().size();
  staged_items_.push_back(std::move(item));
}

staged_window& store::new_window(host_number host, tick start) {
  staged_windows_.emplace_back();
  auto& x = staged_windows_.back();
  x.host = host;
  x.start = start;
  auto& definition = hosts_.at(host).definition;
  x.slots = static_cast<uint16_t>(definition.window_seconds);
  x.group_columns = definition.group_columns;
  x.is_passed_on = is_passed_on(host);
  auto makes_points
      = options_.tiers > 1 && !options_.passes_on && !x.is_passed_on;
  x.tier1_step = makes_points ? grid_of(definition, steps_, 1).step : 0;
  return x;
}

/// What comes for a window from elsewhere is merged together, in one piece of
/// work.
staged_window& store::joinable_window(host_number host, tick start) {
  auto& result = joinable_windows_[{host, start}];
  if (result == nullptr)
    result = &new_window(host, start);
  return *result;
}

void store::put_closed(host_number host, closed_window_ptr window,
                       bool is_ahead) {
  if (hosts_.count(host) == 0)
    return;
  // On its own: late rows go before others, and a host's windows must become
  // blocks in their order, since its mark says that all before are.
  auto& x = new_window(host, window->start());
  x.is_ahead = is_ahead;
  x.closed = std::move(window);
  x.needs = staged_end();
}

void store::move_back(host_number host, const closed_mark& to) {
  if (hosts_.count(host) == 0)
    return;
  auto& closed = hosts_.at(host).closed;
  if (to.to >= closed.to)
    return;
  closed = to;
  for (auto& x : staged_windows_)
    if (x.host == host && x.closed && x.start >= to.to) {
      x.is_ahead = true;
      closed.ahead.erase(x.start); // once it is a block
    }
  dirty_hosts_.push_back(host);
}

void store::put_received(host_number host, received_window window,
                         uint64_t token, const guid& source) {
  if (hosts_.count(host) == 0)
    return;
  auto shared = std::make_shared<const received_window>(std::move(window));
  auto& definition = hosts_.at(host).definition;
  auto step = static_cast<tick>(definition.window_seconds);
  auto last = definition.window_start(shared->start + shared->slots - 1);
  for (auto start = definition.window_start(shared->start); start <= last;
       start += step) {
    joinable_window(host, start).received.push_back({shared, token, source});
    if (token != 0)
      ++parts_of_tokens_[token];
  }
}

// -- preparation --------------------------------------------------------------

staged_window* store::next_to_prepare() {
  if (in_preparation_ != nullptr)
    return in_preparation_;
  auto end = next_journal_end();
  size_t prepared = 0;
  size_t bytes = 0;
  staged_window* first = nullptr;
  for (auto& x : staged_windows_) {
    if (x.work) {
      ++prepared;
      bytes += x.work->result().bytes();
    } else if (x.holds != 0 && x.holds <= staged_end()) {
      return &x; // acks wait for it
    } else if (first == nullptr && !x.rests() && x.needs <= end) {
      first = &x;
    }
  }
  auto is_full = prepared >= options_.windows_per_commit_max
                 || bytes >= options_.prepared_bytes_max;
  return is_full ? nullptr : first;
}

/// From here on nothing joins it. One of the same window that is prepared
/// already goes before it, and its result is what this one begins with.
void store::begin_preparation(staged_window& x) {
  if (!x.closed)
    joinable_windows_.erase({x.host, x.start});
  staged_window* base = nullptr;
  for (auto& other : staged_windows_) {
    if (!other.work || other.host != x.host)
      continue;
    if (other.start == x.start && (!base || other.order > base->order))
      base = &other;
    if (other.start == x.start || (x.closed && other.closed))
      x.needs = std::max(x.needs, other.needs);
  }
  x.is_kept = base != nullptr || is_to_be_kept(x);
  x.order = ++last_order_;
  x.work = std::make_unique<window_preparation>(
      x, base == nullptr ? nullptr : &base->work->result());
}

caf::expected<bool> store::prepare(size_t samples_max) {
  reconsider_unkept();
  for (size_t samples = 0; samples < samples_max;) {
    auto x = next_to_prepare();
    if (x == nullptr)
      return false;
    if (!x->work)
      begin_preparation(*x);
    in_preparation_ = x;
    auto did = x->work->step(*environment_, layouts_);
    if (!did)
      return std::move(did.error());
    samples += *did;
    if (x->work->is_done())
      in_preparation_ = nullptr;
  }
  return next_to_prepare() != nullptr;
}

bool store::has_prepared() const noexcept {
  auto end = next_journal_end();
  return std::any_of(staged_windows_.begin(), staged_windows_.end(),
                     [&](auto& x) { return x.goes_with(end); });
}

bool store::has_unprepared() const noexcept {
  return std::any_of(staged_windows_.begin(), staged_windows_.end(),
                     [](auto& x) { return !x.is_prepared() && !x.rests(); });
}

/// Where the next commit ends the journal: before the first late frame that
/// waits for room, or whose window should go along and does not.
journal_position store::next_journal_end() const noexcept {
  auto end = staged_end();
  if (!waiting_late_.empty()) // those of a replay are in the journal
    end = std::max(journal_end_,
                   std::min(end, waiting_late_.front().second->position - 1));
  for (auto changed = true; changed;) {
    changed = false;
    for (auto& x : staged_windows_)
      if (x.holds != 0 && x.holds <= end && !x.goes_with(end)) {
        end = x.holds - 1;
        changed = true;
      }
  }
  return end;
}

caf::expected<commit_report> store::commit(int64_t now) {
  end_rest();
  auto more = prepare(std::numeric_limits<size_t>::max());
  if (!more)
    return std::move(more.error());
  return commit_prepared(now);
}

} // namespace tributary
