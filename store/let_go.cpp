/// The part of store.hpp for a store that only passes data on: what the node
/// above has acknowledged goes at once, and what it has not is bounded.

#include <algorithm>
#include <limits>
#include <set>

#include "store/erase.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

/// Blocks of the own host that go together when there are too many.
constexpr size_t drops_max = 8;

caf::expected<uint64_t> bytes_of(const lmdb::transaction& txn) {
  uint64_t result = 0;
  for (auto table : {tables::journal, tables::tier0}) {
    auto use = txn.use_of(table);
    if (!use)
      return use.error();
    result += use->bytes;
  }
  return result;
}

} // namespace

caf::error store::inherit(const guid& from, const guid& to) {
  auto i = subscribers_.find(from);
  if (i == subscribers_.end() || from == to)
    return {};
  auto error = in_transaction([&](lmdb::transaction& txn) -> caf::error {
    auto first = tables::owed_key(from, 0, 0);
    auto erased
        = erase_while(txn, tables::owed, first, [&](const lmdb::key& x) {
            return x.word(0) == first.word(0) && x.word(1) == first.word(1);
          });
    if (!erased)
      return std::move(erased.error());
    auto cursor = txn.erase(tables::cursors, tables::cursor_key(from));
    return cursor ? caf::error{} : std::move(cursor.error());
  });
  if (error)
    return error;
  auto& dirty = dirty_subscribers_[to];
  for (auto& kvp : i->second.owed)
    dirty.push_back(kvp.first);
  subscribers_[to] = std::move(i->second);
  subscribers_.erase(from);
  dirty_subscribers_.erase(from);
  return {};
}

/// Whether the journal may drop an entry whose windows are open.
bool store::is_passed(journal_position last) const {
  if (!options_.passes_on)
    return false;
  return crowded_
         || (!subscribers_.empty()
             && std::all_of(
                 subscribers_.begin(), subscribers_.end(),
                 [&](auto& x) { return x.second.position >= last; }));
}

/// The first tick of each host that only the journal is known to keep for the
/// receiver.
std::map<host_number, tick>
store::first_waiting(journal_position position) const {
  std::map<host_number, tick> result;
  auto note = [&](host_number host, tick t) {
    auto& first = result.emplace(host, t).first->second;
    first = std::min(first, t);
  };
  for (auto i = journal_.rbegin(); i != journal_.rend(); ++i) {
    if ((*i)->first + (*i)->count - 1 <= position)
      break;
    for (auto& kvp : (*i)->ticks)
      note(kvp.first, kvp.second.ranges().front().from);
  }
  for (auto& item : staged_items_)
    note(item.host, item.frame->header().tick);
  return result;
}

caf::expected<int64_t> store::let_go(const release_rule& rule) {
  auto was_crowded = crowded_;
  auto receiver = subscribers_.find(rule.receiver);
  auto is_known = receiver != subscribers_.end();
  auto waiting = first_waiting(is_known ? receiver->second.position : 0);
  auto is_wanted = [&](host_number host, tick_range window) {
    if (!rule.anybody)
      return false;
    if (!is_known || !rule.is_settled(host))
      return true;
    auto first = waiting.find(host);
    if (first != waiting.end() && first->second <= window.to)
      return true;
    auto owed = receiver->second.owed.find(host);
    return owed != receiver->second.owed.end() && owed->second.overlaps(window);
  };
  int64_t lost = 0;
  auto error = in_transaction([&](lmdb::transaction& txn) -> caf::error {
    std::vector<std::pair<host_number, tick>> going;
    std::set<tick> own; // that are wanted
    lmdb::cursor at{txn, tables::tier0};
    for (auto more = at.first(); more; more = at.next()) {
      auto start = static_cast<tick>(at.current_key().word(0));
      auto host = static_cast<host_number>(at.current_key().word(1) >> 32);
      if (hosts_.count(host) == 0)
        continue; // being forgotten
      if (!going.empty() && going.back() == std::make_pair(host, start))
        continue;
      if (!is_wanted(host, window_at(host, start)))
        going.emplace_back(host, start);
      else if (host == rule.own)
        own.insert(start);
    }
    if (at.fault())
      return at.fault();
    for (auto& x : going)
      if (auto fault = erase_window(txn, x.first, x.second))
        return fault;
    auto bytes = bytes_of(txn);
    if (!bytes)
      return std::move(bytes.error());
    crowded_ = *bytes > rule.bytes_max;
    if (!crowded_ || !was_crowded)
      return {}; // the journal goes first: what it has is in open windows too
    size_t count = 0;
    for (auto start : own) {
      if (++count > drops_max)
        break;
      lost += lost_with(receiver, rule.own, start);
      if (auto fault = erase_window(txn, rule.own, start))
        return fault;
    }
    return {};
  });
  if (error)
    return error;
  return lost;
}

tick_range store::window_at(host_number host, tick start) const {
  auto known = hosts_.find(host);
  auto span = known == hosts_.end()
                  ? tick{1}
                  : tick{known->second.definition.window_seconds};
  return {start, start + span - 1};
}

/// Ticks that nobody will get any more; they are owed no longer.
int64_t store::lost_with(std::map<guid, subscriber>::iterator receiver,
                         host_number host, tick start) {
  auto window = window_at(host, start);
  if (receiver == subscribers_.end()) {
    int64_t result = 0;
    for (auto& run : hosts_[host].stored.runs_in(window))
      result += run.to - run.from + 1;
    return result;
  }
  auto result = receiver->second.owed[host].within(window).count();
  pay(receiver->first, host, window);
  return result;
}

caf::error store::erase_window(lmdb::transaction& txn, host_number host,
                               tick start) {
  auto erased = erase_groups(txn, tables::tier0, host, start);
  if (!erased)
    return std::move(erased.error());
  auto window = window_at(host, start);
  unused_.blocks_went(host);
  drop_ticks(host, window); // who gets it again is owed it again
  dirty_hosts_.push_back(host);
  return {};
}

} // namespace tributary
