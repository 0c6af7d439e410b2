/// The writing half of store.hpp: one transaction per commit.

#include <algorithm>
#include <set>

#include "store/erase.hpp"
#include "store/packed_blocks.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"

namespace tributary {

bool store::has_work() const noexcept {
  return !staged_items_.empty() || !staged_windows_.empty()
         || !staged_rosters_.empty() || !dirty_hosts_.empty()
         || !dirty_subscribers_.empty() || !waiting_late_.empty()
         || is_forgetting();
}

caf::expected<commit_report> store::commit_prepared(int64_t now) {
  reconsider_unkept();
  if (tiers_.has_work()) {
    auto txn = environment_->read();
    if (!txn)
      return std::move(txn.error());
    tiers_.prepare(*txn, layouts_, hosts_);
  }
  auto result = try_commit(now);
  // Tier 0 first. Its pages may lie between those of points, and a large entry
  // of the journal needs many in a row: then the oldest points go as well.
  for (unsigned tiers = 1; tiers <= tier_count; ++tiers) {
    if (result || options_.passes_on
        || code_of(result.error()) != ec::store_full)
      return result;
    crowded_ = true;
    if (make_room(tiers, now))
      return result;
    result = try_commit(now);
  }
  return result;
}

caf::expected<commit_report> store::try_commit(int64_t now) {
  auto journal_end = next_journal_end();
  commit_report report;
  auto error = in_transaction([&](lmdb::transaction& txn) {
    return write_all(txn, now, journal_end, report);
  });
  if (error)
    return error;
  tiers_.committed(hosts_, report.damaged);
  note_written(journal_end);
  keep_whole_tokens(report.received_tokens);
  report.journal_end = journal_end_;
  bytes_since_space_check_ += report.bytes;
  return report;
}

/// A window that was cut has a part in each of several: its token comes back
/// with the last that is written.
void store::keep_whole_tokens(std::vector<uint64_t>& tokens) {
  auto is_partial = [&](uint64_t token) {
    auto parts = parts_of_tokens_.find(token);
    if (--parts->second > 0)
      return true;
    parts_of_tokens_.erase(parts);
    return false;
  };
  tokens.erase(std::remove_if(tokens.begin(), tokens.end(), is_partial),
               tokens.end());
}

void store::note_written(journal_position journal_end) {
  auto behind = staged_items_.begin()
                + static_cast<std::ptrdiff_t>(journal_end - journal_end_);
  for (auto i = staged_items_.begin(); i != behind; ++i)
    staged_bytes_ -= i->frame->sealed().size();
  staged_items_.erase(staged_items_.begin(), behind);
  journal_end_ = journal_end;
  staged_windows_.remove_if([&](auto& x) {
    auto goes = x.goes_with(journal_end);
    late_bytes_ -= goes ? x.rest.bytes : 0;
    return goes;
  });
  age_late();
  staged_rosters_.clear();
  if (!journal_.empty())
    for (auto i = epoch_ends_.begin(); i != epoch_ends_.end();)
      i = i->second < journal_.front()->first ? epoch_ends_.erase(i)
                                              : std::next(i);
  dirty_hosts_.clear();
  dirty_subscribers_.clear();
  // Of a cursor beyond the journal only the part up to its end was written.
  for (auto& kvp : subscribers_)
    if (kvp.second.position > journal_end)
      dirty_subscribers_[kvp.first];
}

caf::error store::write_all(lmdb::transaction& txn, int64_t now,
                            journal_position journal_end,
                            commit_report& report) {
  for (auto& [name, sealed] : staged_rosters_) {
    if (auto error
        = txn.put(tables::rosters, tables::roster_key(name.first, name.second),
                  sealed))
      return error;
    roster_epochs_[name.first].insert(name.second);
  }
  if (auto error = write_journal(txn, journal_end, report))
    return error;
  std::map<uint64_t, staged_window*> going; // in the order of their work
  for (auto& x : staged_windows_)
    if (x.goes_with(journal_end))
      going[x.order] = &x;
  for (auto& kvp : going)
    if (auto error = write_window(txn, *kvp.second, report))
      return error;
  if (auto host = tiers_.host_of_work())
    keep_marks(*host);
  if (auto error = tiers_.write(txn, hosts_, dirty_hosts_, report.bytes))
    return error;
  if (auto error = trim_journal(txn, journal_end, report))
    return error;
  if (auto error = trim_blocks(txn, now))
    return error;
  if (auto error = trim_rosters(txn))
    return error;
  if (auto error = unused_.step(txn))
    return error;
  if (auto error = write_forgotten(txn))
    return error;
  if (auto error = erase_forgotten(txn))
    return error;
  if (auto error = write_hosts(txn))
    return error;
  return write_subscribers(txn, journal_end);
}

caf::error store::write_journal(lmdb::transaction& txn,
                                journal_position journal_end,
                                commit_report& report) {
  if (journal_end == journal_end_)
    return {};
  journal_entry entry;
  entry.first = journal_end_ + 1;
  entry.items.assign(
      staged_items_.begin(),
      staged_items_.begin()
          + static_cast<std::ptrdiff_t>(journal_end - journal_end_));
  auto sealed = seal_journal_entry(entry);
  report.bytes += sealed.size();
  if (auto error
      = txn.put(tables::journal, tables::journal_key(entry.first), sealed))
    return error;
  add_entry(entry);
  return {};
}

/// All groups of the window in one transaction: nobody sees half of it.
caf::error store::write_window(lmdb::transaction& txn, staged_window& x,
                               commit_report& report) {
  auto& written = x.work->result();
  auto erased = erase_groups(txn, tables::tier0, x.host, x.start);
  if (!erased)
    return std::move(erased.error());
  if (auto error = put_groups(txn, x.host, x.start, written.groups, report))
    return error;
  keep_marks(x.host);
  auto& host = hosts_[x.host];
  auto tiers = options_.passes_on || x.is_passed_on ? 1 : options_.tiers;
  if (tiers > 1)
    if (auto error
        = tiers_.put_window(txn, host, x.start, written.points, report.bytes))
      return error;
  for (auto tier = tiers; tier < tier_count; ++tier)
    host.tiers_since[tier]
        = std::max(host.tiers_since[tier], x.start + tick{x.slots});
  report.damaged.insert(report.damaged.end(), written.damaged.begin(),
                        written.damaged.end());
  note_coverage(x, written, report);
  if (!x.is_kept || !host.passed.empty() || is_passed_on(x.host))
    note_passing(host, x);
  return {};
}

void store::note_coverage(const staged_window& x,
                          const prepared_window& written,
                          commit_report& report) {
  auto& host = hosts_[x.host];
  auto& durable = durable_[x.host];
  auto last = x.start + x.slots - 1;
  for (size_t i = 0; i < x.received.size(); ++i) {
    auto& part = x.received[i];
    coverage added;
    for (auto run : part.window->runs) {
      run.from = std::max(run.from, x.start);
      run.to = std::min(run.to, last);
      if (run.from <= run.to)
        added.add(run);
    }
    // Ticks that were here in part are owed as well: whoever streams to us had
    // them from us without what this adds.
    auto owed = added.missing_in(durable);
    for (auto& range : written.added[i].ranges())
      owed.add(range);
    add_debts(part.source, x.host, owed, report);
    for (auto& run : added.runs())
      add_ticks(x.host, ticks_of::blocks_and_journal, run);
    if (part.token != 0)
      report.received_tokens.push_back(part.token);
  }
  for (auto& run : written.runs) {
    add_ticks(x.host, ticks_of::blocks, run);
    add_ticks(x.host, ticks_of::blocks_and_journal, run);
  }
  if (!x.late.empty())
    report.merged.push_back({x.host, x.start, x.rest.position});
  if (x.closed) {
    if (x.is_ahead && x.start >= host.closed.to)
      host.closed.ahead.insert(x.start);
    else
      host.closed.move_up(last + 1);
    report.stored_windows.emplace_back(x.host, x.start);
  }
  dirty_hosts_.push_back(x.host);
}

caf::error store::put_groups(lmdb::transaction& txn, host_number host,
                             tick start,
                             const std::vector<sealed_group>& groups,
                             commit_report& report) {
  for (auto& group : groups) {
    unused_.used(host, group.layout_hash);
    auto layout_key = tables::layout_key(host, group.layout_hash);
    if (!txn.get(tables::layouts, layout_key))
      if (auto error = txn.put(tables::layouts, layout_key, group.layout))
        return error;
  }
  for (auto& x : pack_blocks(groups)) {
    if (auto error
        = txn.put(tables::tier0, tables::block_key(start, host, x.first_group),
                  x.value))
      return error;
    report.bytes += x.value.size();
  }
  return {};
}

void store::add_debts(const guid& source, host_number host,
                      const tick_set& ticks, commit_report& report) {
  if (ticks.empty())
    return;
  for (auto& kvp : subscribers_) {
    if (kvp.first == source)
      continue;
    owe(kvp.first, host, ticks);
    report.debts.push_back({kvp.first, host, ticks});
  }
}

caf::error store::write_hosts(lmdb::transaction& txn) {
  std::set<host_number> unique{dirty_hosts_.begin(), dirty_hosts_.end()};
  for (auto number : unique) {
    auto& host = hosts_[number];
    if (auto error
        = txn.put(tables::hosts, tables::host_key(host.definition.id),
                  seal_host(host)))
      return error;
  }
  return {};
}

caf::error store::write_subscribers(lmdb::transaction& txn,
                                    journal_position journal_end) {
  for (auto& kvp : dirty_subscribers_) {
    auto& name = kvp.first;
    auto& state = subscribers_[name];
    if (auto error
        = txn.put(tables::cursors, tables::cursor_key(name),
                  seal_cursor(std::min(state.position, journal_end))))
      return error;
    std::set<host_number> hosts{kvp.second.begin(), kvp.second.end()};
    for (auto host : hosts) {
      auto first = tables::owed_key(name, host, 0);
      auto of_host = [&](const lmdb::key& key) {
        return key.word(0) == first.word(0) && key.word(1) == first.word(1)
               && key.word(2) == host;
      };
      auto erased = erase_while(txn, tables::owed, first, of_host);
      if (!erased)
        return std::move(erased.error());
      auto owed = state.owed.find(host);
      if (owed == state.owed.end())
        continue;
      for (auto& range : owed->second.ranges())
        if (auto error
            = txn.put(tables::owed, tables::owed_key(name, host, range.from),
                      seal_word(static_cast<uint64_t>(range.to))))
          return error;
    }
  }
  return {};
}

} // namespace tributary
