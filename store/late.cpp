/// The part of store.hpp for late rows: how long they rest, what the journal
/// keeps for them meanwhile, and what bounds them.

#include <algorithm>
#include <iterator>
#include <limits>

#include "store/store.hpp"

namespace tributary {

namespace {

/// Commits that rows of a window wait for more at most; they are merged earlier
/// when a commit brought none.
constexpr unsigned rest_commits_max = 10;

/// Commits that the journal is kept for deltas to a late frame when no more
/// come. Who stops for longer and goes on with deltas has his rows in the
/// commits of their frames.
constexpr unsigned chain_commits_max = 30;

} // namespace

void store::put_late(host_number host, late_row_ptr row) {
  if (hosts_.count(host) == 0)
    return;
  if (row->is_base && row->readable_from != 0)
    late_chains_[host] = {row->readable_from, 0};
  if (waiting_late_.empty() && has_late_room())
    add_late(host, std::move(row));
  else
    waiting_late_.emplace_back(host, std::move(row));
}

/// The first row always has it.
bool store::has_late_room() const noexcept {
  return late_bytes_ == 0 || late_bytes_ < options_.late_bytes_max;
}

/// Whether its frame is in the journal, or will be, with all that it takes to
/// read it.
bool store::can_be_read(const late_row& row) const noexcept {
  if (row.position <= journal_end_)
    return true; // it was
  return row.readable_from > journal_end_
         || (row.readable_from != 0 && !journal_.empty()
             && row.readable_from >= journal_first());
}

void store::add_late(host_number host, late_row_ptr row) {
  auto& x = joinable_window(host,
                            hosts_.at(host).definition.window_start(row->tick));
  auto& rest = x.rest;
  if (x.late.empty() || row->readable_from < rest.readable_from)
    rest.readable_from = row->readable_from;
  rest.position = std::max(rest.position, row->position);
  rest.has_grown = true;
  auto bytes = row->memory_bytes();
  rest.bytes += bytes;
  late_bytes_ += bytes;
  if (row->position > journal_end_) {
    x.needs = std::max(x.needs, row->position);
    if (!can_be_read(*row))
      x.holds = x.holds == 0 ? row->position : std::min(x.holds, row->position);
  }
  x.late.push_back(std::move(row));
}

void store::end_rest() {
  for (auto& x : staged_windows_)
    x.rest.is_over = true;
}

/// After a commit: what has rested enough is merged, and what waits for room
/// may have it.
void store::age_late() {
  auto is_much = late_bytes_ > options_.late_bytes_max / 2;
  for (auto& x : staged_windows_) {
    if (!x.rests())
      continue;
    ++x.rest.commits;
    x.rest.is_over
        = is_much || !x.rest.has_grown || x.rest.commits >= rest_commits_max;
    x.rest.has_grown = false;
  }
  while (!waiting_late_.empty() && has_late_room()) {
    auto next = std::move(waiting_late_.front());
    waiting_late_.pop_front();
    add_late(next.first, std::move(next.second));
  }
  for (auto i = late_chains_.begin(); i != late_chains_.end();)
    i = ++i->second.commits > chain_commits_max ? late_chains_.erase(i)
                                                : std::next(i);
}

bool store::is_behind() const noexcept {
  return !waiting_late_.empty()
         || std::any_of(
             staged_windows_.begin(), staged_windows_.end(),
             [](auto& x) { return !x.is_prepared() && !x.is_late_alone(); });
}

/// First position that the journal must go on to hold for late rows. Hosts with
/// windows of which that is not known are added to `waiting`.
journal_position store::kept_for_late(journal_position journal_end,
                                      std::set<host_number>& waiting) const {
  auto result = std::numeric_limits<journal_position>::max();
  for (auto& x : staged_windows_) {
    if (x.goes_with(journal_end))
      continue;
    if (x.is_late_alone() && x.rest.readable_from != 0)
      result = std::min(result, x.rest.readable_from);
    else
      waiting.insert(x.host);
  }
  for (auto& x : waiting_late_)
    if (x.second->readable_from != 0)
      result = std::min(result, x.second->readable_from);
  for (auto& x : late_chains_)
    result = std::min(result, x.second.readable_from);
  return result;
}

} // namespace tributary
