/// The forgetting half of store.hpp: what journal and blocks drop, and when.

#include <algorithm>
#include <limits>
#include <set>

#include "store/erase.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

/// Entries and blocks dropped in one commit at most: deletes copy pages, and a
/// commit that others wait for must stay short.
constexpr size_t trims_per_commit_max = 256;

/// Rosters dropped in one commit at most: some 100 KB each of a large host.
constexpr size_t rosters_per_commit_max = 16;

/// Blocks dropped at once when the store is full: few, since deletes need pages
/// themselves.
constexpr size_t urgent_trims_max = 64;

/// From here on the oldest blocks go, whatever their age: deletes need some
/// free pages themselves.
constexpr double map_use_max = 0.9;

/// Commits between two looks at the free space: a minute at one a second.
constexpr unsigned space_check_commits = 60;

/// ... or once this part of the map was written.
constexpr size_t space_check_share = 64;

/// Start of the first block or piece of any host from `start` on; `start`
/// where there is none.
tick next_start(const lmdb::transaction& txn, unsigned tier, tick start) {
  auto result = std::numeric_limits<tick>::max();
  for (auto table : {tables::blocks_of(tier), tables::pieces_of(tier)}) {
    lmdb::cursor at{txn, table};
    if (at.seek(tables::block_key(start, 0, 0)))
      result = std::min(result, static_cast<tick>(at.current_key().word(0)));
  }
  return result == std::numeric_limits<tick>::max() ? start : result;
}

} // namespace

caf::error store::trim_journal(lmdb::transaction& txn,
                               journal_position journal_end,
                               commit_report& report) {
  std::set<host_number> waiting; // hosts with windows that are no blocks yet
  auto kept_from = kept_for_late(journal_end, waiting);
  for (size_t n = 0; n < trims_per_commit_max && journal_.size() > 1; ++n) {
    auto& entry = *journal_.front();
    auto last = entry.first + entry.count - 1;
    auto is_free = is_passed(last);
    if (last >= kept_from && !is_free)
      return {};
    for (auto& kvp : entry.ticks)
      if (is_free)
        break;
      else if (waiting.count(kvp.first) != 0
               || !is_closed(kvp.first, kvp.second))
        return {};
    for (auto& kvp : subscribers_) {
      if (kvp.second.position >= last)
        continue;
      // What it has not passed is owed from blocks from now on.
      auto rest = ticks_behind(txn, entry, kvp.second.position);
      if (!rest)
        return std::move(rest.error());
      for (auto& ticks : *rest) {
        if (hosts_.count(ticks.first) == 0)
          continue;
        owe(kvp.first, ticks.first, ticks.second);
        report.debts.push_back({kvp.first, ticks.first, ticks.second});
      }
      on_failure([this, name = kvp.first, before = kvp.second.position] {
        subscribers_[name].position = before;
      });
      kvp.second.position = last;
      dirty_subscribers_[kvp.first];
    }
    auto erased = txn.erase(tables::journal, tables::journal_key(entry.first));
    if (!erased)
      return erased.error();
    on_failure(
        [this, front = journal_.front()] { journal_.push_front(front); });
    journal_.pop_front();
  }
  return {};
}

/// Erases rosters of former lives that no frame of the journal needs. The
/// newest one of a host tells what it has while it is away.
caf::error store::trim_rosters(lmdb::transaction& txn) {
  if (!is_replayed_)
    return {};
  auto first = journal_.empty() ? journal_end_ + 1 : journal_.front()->first;
  size_t budget = rosters_per_commit_max;
  for (auto& [host, epochs] : roster_epochs_)
    while (epochs.size() > 1 && budget != 0) {
      auto epoch = *epochs.begin();
      auto end = epoch_ends_.find({host, epoch});
      if (end != epoch_ends_.end() && end->second >= first)
        break; // later ones are younger
      auto erased = txn.erase(tables::rosters, tables::roster_key(host, epoch));
      if (!erased)
        return std::move(erased.error());
      epochs.erase(epochs.begin());
      --budget;
    }
  return {};
}

/// Whether the windows that these ticks are of are blocks.
bool store::is_closed(host_number host, const tick_set& ticks) const {
  auto known = hosts_.find(host);
  if (known == hosts_.end())
    return true; // it was forgotten
  auto& of = known->second;
  for (auto i = ticks.ranges().rbegin(); i != ticks.ranges().rend(); ++i) {
    if (i->to < of.closed.to)
      return true;
    auto span = static_cast<tick>(of.definition.window_seconds);
    for (auto t = of.definition.window_start(i->to);
         t + span > std::max(i->from, of.closed.to); t -= span)
      if (!of.closed.has(t))
        return false;
  }
  return true;
}

caf::error store::trim_blocks(lmdb::transaction& txn, int64_t now) {
  if (options_.passes_on)
    return {};
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
  size_t budget = trims_per_commit_max;
  for (auto tier = options_.tiers; tier < tier_count; ++tier)
    if (auto error = trim_unwanted(txn, tier, budget))
      return error;
  if (auto error = trim_passed_on(txn))
    return error;
  for (auto& kvp : hosts_)
    for (unsigned tier = 0; tier < options_.tiers && budget != 0; ++tier)
      if (auto seconds = seconds_kept(kvp.second, tier); seconds != 0)
        if (auto error
            = trim_host(txn, kvp.second, tier, now - seconds, budget))
          return error;
  if (crowded_)
    if (auto error = erase_some(txn, 0, trims_per_commit_max, now))
      return error;
  for (unsigned tier = 0; tier < options_.tiers; ++tier)
    if (auto error = trim_to_size(txn, tier, now))
      return error;
  return {};
}

int64_t store::seconds_kept(const stored_host& host, unsigned tier) {
  auto [known, is_new] = seconds_kept_.try_emplace(host.number);
  auto& result = known->second;
  if (!is_new)
    return result[tier];
  result = {options_.retention.seconds, options_.further.tiers[0].seconds,
            options_.further.tiers[1].seconds};
  auto& rules = options_.further.hosts;
  for (auto x = rules.rbegin(); x != rules.rend(); ++x) // the first holds
    if (x->fits(host))
      for (unsigned i = 0; i < tier_count; ++i)
        result[i]
            = x->seconds[i] ? static_cast<int64_t>(*x->seconds[i]) : result[i];
  return result[tier];
}

/// Erases blocks of a host that end at or before `keep_from`. Their keys are
/// computed, so that other hosts' blocks between them cost nothing.
caf::error store::trim_host(lmdb::transaction& txn, stored_host& host,
                            unsigned tier, int64_t keep_from, size_t& budget) {
  auto grid = grid_of(host.definition, steps_, tier);
  auto below = grid_of(host.definition, steps_, tier == 0 ? 0 : tier - 1);
  while (budget != 0) {
    auto oldest = tier == 0 ? host.stored.oldest() : host.tier_from[tier];
    if (oldest == 0)
      return {};
    auto start = grid.block_start(oldest);
    auto end = start + grid.span;
    if (end > keep_from)
      return {};
    auto erased
        = erase_groups(txn, tables::blocks_of(tier), host.number, start);
    if (!erased)
      return std::move(erased.error());
    for (auto at = start; tier != 0 && at < end; at += below.span) {
      auto pieces = erase_groups(txn, tables::pieces_of(tier), host.number, at);
      if (!pieces)
        return std::move(pieces.error());
      *erased += *pieces;
    }
    if (tier == 0) {
      drop_ticks_before(host.number, end);
    } else {
      keep_marks(host.number);
      host.tier_from[tier] = grid.block_start(next_start(txn, tier, end));
    }
    dirty_hosts_.push_back(host.number);
    if (*erased != 0)
      unused_.blocks_went(host.number);
    budget -= std::min(budget, std::max<size_t>(*erased, 1));
  }
  return {};
}

/// Erases what is left of a tier that is not wanted any more. What is gone is
/// not claimed, should it be wanted again before all is.
caf::error store::trim_unwanted(lmdb::transaction& txn, unsigned tier,
                                size_t& budget) {
  for (auto table : {tables::blocks_of(tier), tables::pieces_of(tier)}) {
    lmdb::cursor at{txn, table};
    auto more = at.first();
    for (; more && budget != 0; --budget, more = at.next()) {
      auto key = at.current_key();
      auto host = hosts_.find(static_cast<host_number>(key.word(1) >> 32));
      if (auto error = at.erase())
        return error;
      if (host == hosts_.end())
        continue;
      auto& x = host->second;
      auto grid = grid_of(x.definition, steps_, tier);
      auto start = static_cast<tick>(key.word(0));
      keep_marks(host->first);
      x.tiers_since[tier]
          = std::max(x.tiers_since[tier], grid.block_start(start) + grid.span);
      dirty_hosts_.push_back(host->first);
      unused_.blocks_went(host->first);
    }
    if (auto fault = at.fault())
      return fault;
    if (more)
      return {};
  }
  for (auto& kvp : hosts_)
    if (kvp.second.tier_from[tier] != 0) {
      kvp.second.tier_from[tier] = 0;
      dirty_hosts_.push_back(kvp.first);
    }
  return {};
}

/// Erases the oldest blocks, a few at a time, while a tier has more pages than
/// it may.
caf::error store::trim_to_size(lmdb::transaction& txn, unsigned tier,
                               int64_t now) {
  auto bytes_max = tier == 0 ? options_.retention.bytes_max
                             : options_.further.tiers[tier - 1].bytes_max;
  constexpr size_t step = 8;
  for (size_t n = 0; bytes_max != 0 && n < trims_per_commit_max; n += step) {
    auto use = txn.use_of(tables::blocks_of(tier));
    if (!use)
      return use.error();
    auto bytes = use->bytes;
    auto entries = use->entries;
    if (tier != 0) {
      auto pieces = txn.use_of(tables::pieces_of(tier));
      if (!pieces)
        return pieces.error();
      bytes += pieces->bytes;
      entries += pieces->entries;
    }
    if (bytes <= bytes_max || entries == 0)
      return {};
    if (auto error = erase_some(txn, tier, step, now))
      return error;
  }
  return {};
}

/// Erases up to `count` groups of clocks that were ahead, the last first, and
/// says how many. Their coverage stays: they were had, and senders shall not
/// bring them again.
caf::expected<size_t> store::erase_ahead(lmdb::transaction& txn, unsigned tier,
                                         size_t count, int64_t now) {
  size_t erased = 0;
  auto ahead_from = now + ahead_seconds;
  auto pieces = tier == 0 ? tables::tier0 : tables::pieces_of(tier);
  for (auto table : {pieces, tables::blocks_of(tier)}) {
    lmdb::cursor at{txn, table};
    auto is_ahead = [&] {
      return static_cast<tick>(at.current_key().word(0)) > ahead_from;
    };
    // With all of it ahead it is rather the clock that is behind.
    if (!at.first() || is_ahead())
      continue;
    for (; erased < count && at.last() && is_ahead(); ++erased)
      if (auto error = at.erase())
        return error;
  }
  return erased;
}

/// Erases groups of a tier: what is ahead, or the oldest when nothing is.
caf::error store::erase_some(lmdb::transaction& txn, unsigned tier,
                             size_t count, int64_t now) {
  auto ahead = erase_ahead(txn, tier, count, now);
  if (!ahead)
    return std::move(ahead.error());
  return *ahead > 0 ? caf::error{} : erase_oldest(txn, tier, count);
}

/// Erases the oldest `count` groups of a tier, of whatever host; pieces once
/// there are no blocks.
caf::error store::erase_oldest(lmdb::transaction& txn, unsigned tier,
                               size_t count) {
  auto table = tables::blocks_of(tier);
  if (tier != 0 && !lmdb::cursor{txn, table}.first())
    table = tables::pieces_of(tier);
  lmdb::cursor at{txn, table};
  auto more = at.first();
  for (size_t n = 0; more && n < count; ++n) {
    auto key = at.current_key();
    auto start = static_cast<tick>(key.word(0));
    auto number = static_cast<host_number>(key.word(1) >> 32);
    auto host = hosts_.find(number);
    if (auto error = at.erase())
      return error;
    if (host != hosts_.end()) {
      auto& x = host->second;
      auto grid = grid_of(x.definition, steps_, tier);
      if (tier == 0) {
        drop_ticks_before(number, start + grid.span);
      } else {
        keep_marks(number);
        // Older pieces may be left: `tier_from` must find them by their age.
        x.tiers_since[tier] = std::max(x.tiers_since[tier],
                                       grid.block_start(start) + grid.span);
      }
      dirty_hosts_.push_back(number);
      unused_.blocks_went(number);
    }
    more = at.next();
  }
  return {};
}

/// Erases the oldest blocks of the lowest tiers in transactions of their own.
/// The pages that one frees can be used from the second one after it: until
/// then both states of the file must be whole.
caf::error store::make_room(unsigned tiers, int64_t now) {
  auto is_ahead = false;
  for (int i = 0; i < 3; ++i)
    if (auto error = in_transaction([&](lmdb::transaction& txn) -> caf::error {
          for (unsigned tier = 0; tier < tiers; ++tier) {
            auto ahead = erase_ahead(txn, tier, urgent_trims_max, now);
            if (!ahead)
              return std::move(ahead.error());
            is_ahead = is_ahead || *ahead > 0;
            if (is_ahead)
              continue;
            if (auto fault = erase_oldest(txn, tier, urgent_trims_max))
              return fault;
          }
          if (is_ahead && !hosts_.empty()) // a transaction that writes nothing
            dirty_hosts_.push_back(hosts_.begin()->first); // frees no pages
          return write_hosts(txn);
        }))
      return error;
  return {};
}

} // namespace tributary
