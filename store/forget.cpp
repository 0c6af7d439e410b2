/// The part of store.hpp that forgets a host for good.

#include <algorithm>

#include "store/forget.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

/// Entries that one commit erases: deletes copy pages.
constexpr size_t erased_per_commit_max = 256;

/// Places that one commit looks at. Other hosts' blocks lie between.
constexpr size_t looks_per_commit_max = 2048;

/// Blocks first: they need the layouts.
constexpr lmdb::table_number tables_of_hosts[] = {
    tables::tier0, tables::tier1_pieces, tables::tier1,  tables::tier2_pieces,
    tables::tier2, tables::rosters,      tables::layouts};

constexpr size_t block_tables = 5;

/// A record that names nobody and takes the number.
std::string seal_forgotten(host_number number, const forgotten_host& x) {
  stored_host result;
  result.number = number;
  result.is_forgotten = true;
  result.definition.id = x.id;
  result.definition.epoch = 1; // a record has one
  result.definition.hostname = "forgotten";
  result.definition.window_seconds = x.window_seconds;
  result.definition.group_columns = x.group_columns;
  return seal_host(result);
}

} // namespace

void store::forget(host_number number) {
  auto host = hosts_.find(number);
  if (host == hosts_.end())
    return;
  auto& definition = host->second.definition;
  forgotten_host x;
  x.id = random_guid();
  x.known_as = definition.id;
  x.window_seconds = definition.window_seconds;
  x.group_columns = definition.group_columns;
  forgotten_[number] = x;
  for (auto& kvp : subscribers_)
    if (kvp.second.owed.erase(number) != 0)
      dirty_subscribers_[kvp.first].push_back(number);
  unstage(number);
  tiers_.forget(number);
  unused_.forget(number);
  roster_epochs_.erase(number);
  seconds_kept_.erase(number);
  passing_.erase(number);
  durable_.erase(number);
  numbers_.erase(x.known_as);
  hosts_.erase(host);
}

/// Drops what waits for a commit. Frames stay: positions must not move.
void store::unstage(host_number number) {
  if (in_preparation_ != nullptr && in_preparation_->host == number)
    in_preparation_ = nullptr;
  joinable_windows_.erase(joinable_windows_.lower_bound({number, 0}),
                          joinable_windows_.lower_bound({number + 1, 0}));
  for (auto& x : staged_windows_)
    if (x.host == number) {
      for (auto& part : x.received)
        parts_of_tokens_.erase(part.token);
      late_bytes_ -= x.rest.bytes;
    }
  waiting_late_.erase(
      std::remove_if(waiting_late_.begin(), waiting_late_.end(),
                     [&](auto& x) { return x.first == number; }),
      waiting_late_.end());
  late_chains_.erase(number);
  staged_windows_.remove_if([&](auto& x) { return x.host == number; });
  staged_rosters_.erase(staged_rosters_.lower_bound({number, 0}),
                        staged_rosters_.lower_bound({number + 1, 0}));
  dirty_hosts_.erase(
      std::remove(dirty_hosts_.begin(), dirty_hosts_.end(), number),
      dirty_hosts_.end());
}

bool store::is_forgetting() const noexcept {
  return std::any_of(forgotten_.begin(), forgotten_.end(), [](auto& kvp) {
    return !kvp.second.is_erased || !kvp.second.known_as.empty();
  });
}

/// Before records of hosts are written: one may have come back.
caf::error store::write_forgotten(lmdb::transaction& txn) {
  for (auto& [number, x] : forgotten_) {
    if (x.known_as.empty())
      continue;
    auto erased = txn.erase(tables::hosts, tables::host_key(x.known_as));
    if (!erased)
      return std::move(erased.error());
    if (auto error = txn.put(tables::hosts, tables::host_key(x.id),
                             seal_forgotten(number, x)))
      return error;
    x.known_as = {};
  }
  return {};
}

caf::error store::erase_forgotten(lmdb::transaction& txn) {
  auto erases = erased_per_commit_max;
  auto looks = looks_per_commit_max;
  for (auto i = forgotten_.begin(); i != forgotten_.end();) {
    auto& [number, x] = *i;
    auto was_erased = x.is_erased; // that it is now, others shall see
    while (!x.is_erased && erases != 0 && looks != 0)
      if (auto error = erase_next(txn, number, x, erases, looks))
        return error;
    if (!was_erased || !is_replayed_ || is_in_journal(number)) {
      ++i;
      continue;
    }
    auto erased = txn.erase(tables::hosts, tables::host_key(x.id));
    if (!erased)
      return std::move(erased.error());
    i = forgotten_.erase(i);
  }
  return {};
}

/// Erases from where it is in a table to its end or that of what may be done.
caf::error store::erase_next(lmdb::transaction& txn, host_number number,
                             forgotten_host& x, size_t& erases, size_t& looks) {
  auto is_of_blocks = x.table < block_tables;
  lmdb::cursor at{txn, tables_of_hosts[x.table]};
  for (; erases != 0 && looks != 0; --looks) {
    auto table = tables_of_hosts[x.table];
    auto first = is_of_blocks               ? tables::block_key(x.at, number, 0)
                 : table == tables::rosters ? tables::roster_key(number, 0)
                                            : tables::layout_key(number, {});
    auto found = at.seek(first);
    if (auto fault = at.fault())
      return fault;
    auto key = found ? at.current_key() : first;
    auto start = static_cast<tick>(key.word(0));
    if (!found || (!is_of_blocks && key.word(0) != number)) {
      x.at = 0;
      x.is_erased = ++x.table == std::size(tables_of_hosts);
      return {};
    }
    if (!is_of_blocks || (start == x.at && key.word(1) >> 32 == number)) {
      if (auto error = at.erase())
        return error;
      ++x.entries;
      --erases;
    } else {
      x.at = start == x.at ? start + 1 : start;
    }
  }
  return {};
}

bool store::is_in_journal(host_number number) const {
  return std::any_of(journal_.begin(), journal_.end(),
                     [&](auto& x) { return x->ticks.count(number) != 0; })
         || std::any_of(staged_items_.begin(), staged_items_.end(),
                        [&](auto& x) { return x.host == number; });
}

} // namespace tributary
