/// The forgetting half of store.hpp: what journal and blocks drop, and when.

#include <set>

#include "store/store.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

/// Entries and blocks dropped in one commit at most: deletes copy pages, and a
/// commit that others wait for must stay short.
constexpr size_t trims_per_commit_max = 256;

/// Blocks dropped at once when the store is full: few, since deletes need pages
/// themselves.
constexpr size_t urgent_trims_max = 64;

/// Behind the end of any block.
constexpr int64_t forever = tick_max * 2;

/// From here on the oldest blocks go, whatever their age: deletes need some
/// free pages themselves.
constexpr double map_use_max = 0.9;

/// Commits between two looks at the free space: a minute at one a second.
constexpr unsigned space_check_commits = 60;

/// ... or once this part of the map was written.
constexpr size_t space_check_share = 64;

} // namespace

caf::error store::trim_journal(lmdb::transaction& txn,
                               journal_position journal_end,
                               commit_report& report) {
  std::set<host_number> waiting; // hosts with windows that are no blocks yet
  for (auto& x : staged_windows_)
    if (!x.goes_with(journal_end))
      waiting.insert(x.host);
  for (size_t n = 0; n < trims_per_commit_max && journal_.size() > 1; ++n) {
    auto& entry = *journal_.front();
    for (auto& kvp : entry.ticks)
      if (waiting.count(kvp.first) != 0
          || kvp.second.ranges().back().to >= hosts_[kvp.first].stored_to)
        return {};
    auto last = entry.first + entry.count - 1;
    for (auto& kvp : subscribers_) {
      if (kvp.second.position >= last)
        continue;
      // What it has not passed is owed from blocks from now on.
      for (auto& ticks : entry.ticks) {
        owe(kvp.first, ticks.first, ticks.second);
        report.debts.push_back({kvp.first, ticks.first, ticks.second});
      }
      kvp.second.position = last;
      dirty_subscribers_[kvp.first];
    }
    auto erased = txn.erase(tables::journal, tables::journal_key(entry.first));
    if (!erased)
      return erased.error();
    journal_.pop_front();
  }
  return {};
}

caf::error store::trim_blocks(lmdb::transaction& txn, int64_t now) {
  auto map_bytes = options_.environment.map_bytes;
  if (crowded_ || commits_until_space_check_-- == 0
      || bytes_since_space_check_ > map_bytes / space_check_share) {
    auto space = environment_->space();
    crowded_ = space
               && static_cast<double>(space->used_bytes)
                      > map_use_max * static_cast<double>(space->map_bytes);
    commits_until_space_check_ = space_check_commits;
    bytes_since_space_check_ = 0;
  }
  auto seconds = options_.retention.seconds;
  auto keep_from = seconds == 0 ? 0 : now - seconds;
  if (auto error
      = erase_blocks(txn, crowded_ ? forever : keep_from, trims_per_commit_max))
    return error;
  return trim_to_size(txn);
}

/// Erases the oldest blocks, a few at a time, while tier 0 has more pages than
/// it may.
caf::error store::trim_to_size(lmdb::transaction& txn) {
  auto bytes_max = options_.retention.bytes_max;
  constexpr size_t step = 8;
  for (size_t n = 0; bytes_max != 0 && n < trims_per_commit_max; n += step) {
    auto use = txn.use_of(tables::tier0);
    if (!use)
      return use.error();
    if (use->bytes <= bytes_max || use->entries == 0)
      return {};
    if (auto error = erase_blocks(txn, forever, step))
      return error;
  }
  return {};
}

/// Erases blocks that end at or before `keep_from`, `count_max` of them at
/// most.
caf::error store::erase_blocks(lmdb::transaction& txn, int64_t keep_from,
                               size_t count_max) {
  lmdb::cursor at{txn, tables::tier0};
  auto more = at.first();
  for (size_t n = 0; more && n < count_max; ++n) {
    auto key = at.current_key();
    auto start = static_cast<tick>(key.word(0));
    auto number = static_cast<host_number>(key.word(1) >> 32);
    auto host = hosts_.find(number);
    auto end
        = start
          + (host == hosts_.end() ? window_seconds_max
                                  : host->second.definition.window_seconds);
    if (end > keep_from)
      break;
    if (auto error = at.erase())
      return error;
    if (host != hosts_.end()) {
      host->second.stored.drop_before(end);
      durable_[number].drop_before(end);
      dirty_hosts_.push_back(number);
    }
    more = at.next();
  }
  return {};
}

/// Erases the oldest blocks in transactions of their own. The pages that one
/// frees can be used from the second one after it: until then both states of
/// the file must be whole.
caf::error store::make_room() {
  for (int i = 0; i < 2; ++i)
    if (auto error = in_transaction([&](lmdb::transaction& txn) -> caf::error {
          if (auto fault = erase_blocks(txn, forever, urgent_trims_max))
            return fault;
          return write_hosts(txn);
        }))
      return error;
  return {};
}

} // namespace tributary
