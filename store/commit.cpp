/// The writing half of store.hpp: one transaction per commit.

#include <algorithm>
#include <set>

#include "store/packed_blocks.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

/// Erases from `first` on while `belongs` holds for the key.
template <class Predicate>
caf::error erase_while(lmdb::transaction& txn, lmdb::table_number table,
                       const lmdb::key& first, Predicate belongs) {
  lmdb::cursor at{txn, table};
  auto more = at.seek(first);
  while (more && belongs(at.current_key())) {
    if (auto error = at.erase())
      return error;
    more = at.next();
  }
  return {};
}

} // namespace

bool store::has_work() const noexcept {
  return !staged_items_.empty() || !staged_windows_.empty()
         || !staged_rosters_.empty() || !dirty_hosts_.empty()
         || !dirty_subscribers_.empty();
}

caf::error
store::in_transaction(const std::function<caf::error(lmdb::transaction&)>& f) {
  // A failed transaction leaves nothing behind, in memory as on disk.
  auto txn = environment_->write();
  if (!txn)
    return txn.error();
  auto hosts = hosts_;
  auto durable = durable_;
  auto subscribers = subscribers_;
  auto journal = journal_;
  auto dirty_hosts = dirty_hosts_;
  auto dirty_subscribers = dirty_subscribers_;
  auto error = f(*txn);
  if (!error)
    error = txn->commit();
  if (error) {
    hosts_ = std::move(hosts);
    durable_ = std::move(durable);
    subscribers_ = std::move(subscribers);
    journal_ = std::move(journal);
    dirty_hosts_ = std::move(dirty_hosts);
    dirty_subscribers_ = std::move(dirty_subscribers);
  }
  return error;
}

caf::expected<commit_report> store::commit(int64_t now) {
  auto result = try_commit(now);
  if (result || code_of(result.error()) != ec::store_full)
    return result;
  crowded_ = true;
  if (make_room())
    return result;
  return try_commit(now);
}

caf::expected<commit_report> store::try_commit(int64_t now) {
  auto windows = choose_windows();
  commit_report report;
  auto error = in_transaction([&](lmdb::transaction& txn) {
    return write_all(txn, now, windows, report);
  });
  if (error)
    return error;
  journal_end_ += staged_items_.size();
  report.journal_end = journal_end_;
  staged_items_.clear();
  staged_rosters_.clear();
  dirty_hosts_.clear();
  dirty_subscribers_.clear();
  staged_bytes_ = 0;
  bytes_since_space_check_ += report.bytes;
  staged_windows_.erase(staged_windows_.begin(),
                        staged_windows_.begin()
                            + static_cast<std::ptrdiff_t>(windows));
  return report;
}

/// Puts the windows that the next commit writes to the front and counts them.
/// Late rows go with their frames: the base of a late frame may be trimmed
/// already, so that its row could not be had from the journal again.
size_t store::choose_windows() {
  std::set<host_number> hosts;
  for (auto& item : staged_items_)
    hosts.insert(item.host);
  auto rest = std::stable_partition(
      staged_windows_.begin(), staged_windows_.end(),
      [&](auto& x) { return x.late && hosts.count(x.host) != 0; });
  auto late = static_cast<size_t>(rest - staged_windows_.begin());
  return std::max(
      late, std::min(staged_windows_.size(), options_.windows_per_commit_max));
}

caf::error store::write_all(lmdb::transaction& txn, int64_t now, size_t windows,
                            commit_report& report) {
  for (auto& kvp : staged_rosters_)
    if (auto error = txn.put(
            tables::rosters,
            tables::roster_key(kvp.first.first, kvp.first.second), kvp.second))
      return error;
  if (auto error = write_journal(txn, report))
    return error;
  if (auto error = write_windows(txn, windows, report))
    return error;
  if (auto error = trim_journal(txn, windows, report))
    return error;
  if (auto error = trim_blocks(txn, now))
    return error;
  if (auto error = write_hosts(txn))
    return error;
  return write_subscribers(txn);
}

caf::error store::write_journal(lmdb::transaction& txn, commit_report& report) {
  if (staged_items_.empty())
    return {};
  journal_entry entry;
  entry.first = journal_end_ + 1;
  entry.items = staged_items_;
  auto sealed = seal_journal_entry(entry);
  report.bytes += sealed.size();
  if (auto error
      = txn.put(tables::journal, tables::journal_key(entry.first), sealed))
    return error;
  add_entry(entry);
  return {};
}

caf::error store::write_windows(lmdb::transaction& txn, size_t count,
                                commit_report& report) {
  for (size_t i = 0; i < count; ++i)
    if (auto error = write_window(txn, staged_windows_[i], report))
      return error;
  return {};
}

caf::error store::write_window(lmdb::transaction& txn, const staged_window& x,
                               commit_report& report) {
  auto& host = hosts_[x.host];
  lmdb::cursor at{txn, tables::tier0};
  auto first = tables::block_key(x.start, x.host, 0);
  auto of_window = [&](const lmdb::key& key) {
    return key.word(0) == first.word(0) && key.word(1) >> 32 == x.host;
  };
  auto stored = at.seek(first) && of_window(at.current_key());
  auto slots = static_cast<uint16_t>(host.definition.window_seconds);
  window_table window{x.start, slots};
  if (stored)
    if (auto error
        = load_window(txn, layouts_, x.host, {}, window, &report.damaged))
      return error;
  std::vector<coverage_run> runs;
  std::vector<sealed_group> groups;
  auto verbatim = x.received && !stored && x.received->start == x.start
                  && x.received->slots == slots;
  if (verbatim) { // the usual case travels and rests verbatim
    groups = x.received->groups;
    runs = x.received->runs;
  } else {
    if (x.closed && !stored)
      window = x.closed->table(); // the usual case: nothing to merge with
    else if (x.closed)
      window.merge(x.closed->table());
    if (x.late)
      window.merge(*x.late);
    if (x.received)
      if (auto error = add_received(*x.received, window))
        return error;
    groups = seal_window(window, host.definition.group_columns);
    runs = window.coverage_runs();
  }
  if (stored)
    if (auto error = erase_while(txn, tables::tier0, first, of_window))
      return error;
  if (auto error = put_groups(txn, x.host, x.start, groups, report))
    return error;
  coverage added;
  for (auto& run : runs)
    added.add(run);
  if (x.received) {
    add_debts(x.source, x.host, added.missing_in(durable_[x.host]), report);
    if (x.token != 0)
      report.received_tokens.push_back(x.token);
  }
  for (auto& run : runs) {
    host.stored.add(run);
    durable_[x.host].add(run);
  }
  if (x.closed) {
    host.stored_to = std::max(host.stored_to, x.start + slots);
    report.stored_windows.emplace_back(x.host, x.start);
  }
  dirty_hosts_.push_back(x.host);
  return {};
}

caf::error store::add_received(const received_window& from, window_table& to) {
  window_table decoded{from.start, from.slots};
  for (auto& group : from.groups) {
    auto columns_of = open_layout(group.layout);
    if (!columns_of)
      return columns_of.error();
    if (auto error = open_block(group.block, *columns_of, decoded))
      return error;
  }
  if (from.start == to.start() && from.slots == to.slots())
    to.merge(std::move(decoded));
  else
    to.merge(decoded.cut(to.start(), to.slots()));
  return {};
}

caf::error store::put_groups(lmdb::transaction& txn, host_number host,
                             tick start,
                             const std::vector<sealed_group>& groups,
                             commit_report& report) {
  for (auto& group : groups) {
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

caf::error store::write_subscribers(lmdb::transaction& txn) {
  for (auto& kvp : dirty_subscribers_) {
    auto& name = kvp.first;
    auto& state = subscribers_[name];
    if (auto error = txn.put(tables::cursors, tables::cursor_key(name),
                             seal_cursor(state.position)))
      return error;
    std::set<host_number> hosts{kvp.second.begin(), kvp.second.end()};
    for (auto host : hosts) {
      auto first = tables::owed_key(name, host, 0);
      auto of_host = [&](const lmdb::key& key) {
        return key.word(0) == first.word(0) && key.word(1) == first.word(1)
               && key.word(2) == host;
      };
      if (auto error = erase_while(txn, tables::owed, first, of_host))
        return error;
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
