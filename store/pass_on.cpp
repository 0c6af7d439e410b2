/// The part of store.hpp for hosts that are only passed on beside others that
/// are kept: what those have who get them goes.

#include <algorithm>

#include "store/erase.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

/// Blocks that go in one commit: deletes copy pages, and a commit that others
/// wait for must stay short.
constexpr size_t erases_per_commit_max = 256;

/// Hosts that a commit looks at: ten thousand have their turn within a minute,
/// a tenth of the time in which each has a new window.
constexpr size_t looks_per_commit_max = 256;

} // namespace

void store::keep(const block_retention& tier0, further_retention further) {
  options_.retention = tier0;
  options_.further = std::move(further);
  seconds_kept_.clear();
  for (auto& kvp : passing_)
    kvp.second.forget_rules();
}

void store::pass_to(host_number host, std::vector<guid> receivers) {
  passing_[host].receivers = std::move(receivers);
}

bool store::is_passed_on(host_number host) {
  auto known = hosts_.find(host);
  if (!options_.further.passes_on || known == hosts_.end())
    return false;
  auto& x = passing_[host];
  if (!x.is_passed_on)
    x.is_passed_on = options_.further.passes_on(known->second);
  return *x.is_passed_on;
}

/// Whether a window is made a block. One of a passed host that all receivers
/// have is not, unless older ones are awaited, like which it goes later, or
/// there is more to it than its frames.
bool store::is_to_be_kept(const staged_window& x) {
  auto is_alone = x.closed && x.late.empty() && x.received.empty();
  return !is_alone || !x.is_passed_on || !is_passed_on(x.host)
         || !passing_windows(hosts_.at(x.host)).empty()
         || is_awaited(x.host, window_at(x.host, x.start));
}

/// Whether some receiver has not all of a window, or that is not known.
bool store::is_awaited(host_number host, tick_range window) const {
  auto known = passing_.find(host);
  if (known == passing_.end() || known->second.receivers.empty())
    return true;
  auto& receivers = known->second.receivers;
  return std::any_of(receivers.begin(), receivers.end(), [&](auto& node) {
    auto x = subscribers_.find(node);
    return x == subscribers_.end() || is_awaited_by(x->second, host, window);
  });
}

/// Whether it is owed some of a window, or has not passed it in the journal.
bool store::is_awaited_by(const subscriber& x, host_number host,
                          tick_range window) const {
  auto owed = x.owed.find(host);
  if (owed != x.owed.end() && owed->second.overlaps(window))
    return true;
  for (auto i = journal_.rbegin(); i != journal_.rend(); ++i) {
    if ((*i)->first + (*i)->count - 1 <= x.position)
      break;
    auto ticks = (*i)->ticks.find(host);
    if (ticks != (*i)->ticks.end() && ticks->second.overlaps(window))
      return true;
  }
  auto position = journal_end_;
  return std::any_of(staged_items_.begin(), staged_items_.end(), [&](auto& y) {
    if (++position <= x.position || y.host != host)
      return false;
    auto t = y.frame->header().tick;
    return window.from <= t && t <= window.to;
  });
}

/// As far as its coverage says, and what was passed does not.
std::set<tick>& store::passing_windows(const stored_host& host) {
  auto& of = passing_[host.number];
  if (of.windows)
    return *of.windows;
  auto& result = of.windows.emplace();
  tick_set here;
  for (auto& run : host.stored.runs())
    here.add({run.from, run.to});
  for (auto& range : host.passed.ranges())
    here.remove(range);
  auto step = static_cast<tick>(host.definition.window_seconds);
  for (auto& range : here.ranges())
    for (auto start = host.definition.window_start(range.from);
         start <= range.to; start += step)
      result.insert(start);
  return result;
}

/// A window of a host is written.
void store::note_passing(stored_host& host, const staged_window& x) {
  auto window = window_at(host.number, x.start);
  if (x.is_kept)
    host.passed.remove(window);
  else
    host.passed.add(window);
  if (!is_passed_on(host.number))
    return;
  auto& windows = passing_windows(host);
  if (x.is_kept)
    windows.insert(x.start);
  else
    windows.erase(x.start);
}

/// Windows that were to be no blocks when they were prepared, and by now have
/// somebody who waits for them, are prepared anew; others of their host with
/// them, as windows must become blocks in their order.
void store::reconsider_unkept() {
  std::set<host_number> changed;
  for (auto& x : staged_windows_)
    if (x.work && !x.is_kept
        && (!is_passed_on(x.host)
            || is_awaited(x.host, window_at(x.host, x.start))))
      changed.insert(x.host);
  if (changed.empty())
    return;
  for (auto& x : staged_windows_)
    if (changed.count(x.host) != 0) {
      x.work.reset();
      if (in_preparation_ == &x)
        in_preparation_ = nullptr;
    }
}

tick_set store::gone(host_number number) const {
  tick_set result;
  auto host = hosts_.find(number);
  if (host == hosts_.end() || host->second.passed.empty())
    return result;
  result = host->second.passed;
  // What comes to such a window is about to be a block.
  for (auto& x : staged_windows_)
    if (x.host == number)
      result.remove(window_at(number, x.start));
  for (auto& x : waiting_late_)
    if (x.first == number)
      result.remove(window_at(
          number, host->second.definition.window_start(x.second->tick)));
  return result;
}

caf::error store::trim_passed_on(lmdb::transaction& txn) {
  if (!options_.further.passes_on)
    return {};
  auto budget = erases_per_commit_max;
  auto looks = std::min(looks_per_commit_max, passing_.size());
  for (; looks != 0 && budget != 0; --looks) {
    auto i = passing_.lower_bound(next_passing_);
    if (i == passing_.end())
      i = passing_.begin();
    next_passing_ = i->first + 1;
    if (auto error = trim_passed_host(txn, i->first, budget))
      return error;
  }
  return {};
}

/// Oldest first, as debts are paid: a window that is awaited ends it.
caf::error store::trim_passed_host(lmdb::transaction& txn, host_number number,
                                   size_t& budget) {
  if (!is_passed_on(number))
    return {};
  auto& host = hosts_.at(number);
  auto& windows = passing_windows(host);
  while (!windows.empty() && budget != 0) {
    auto window = window_at(number, *windows.begin());
    if (is_awaited(number, window))
      return {};
    auto erased = erase_groups(txn, tables::tier0, number, window.from);
    if (!erased)
      return std::move(erased.error());
    on_failure([this, number] { passing_[number].windows.reset(); });
    windows.erase(windows.begin());
    keep_marks(number);
    host.passed.add(window);
    dirty_hosts_.push_back(number);
    budget -= std::min(budget, std::max<size_t>(*erased, 1));
    if (*erased != 0)
      unused_.blocks_went(number);
  }
  return {};
}

} // namespace tributary
