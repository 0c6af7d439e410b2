#include "actors/storage/recovery.hpp"

#include <algorithm>
#include <map>

#include "actors/storage/retention_clock.hpp"

namespace tributary {

namespace {

/// Makes this life of the own host durable before it can seal anything.
caf::error begin_epoch(store& what, host_definition& own, int64_t now) {
  auto number = what.number_of(own.id);
  if (number != 0) {
    auto& before = what.hosts().at(number).definition;
    own.window_seconds = before.window_seconds;
    own.group_columns = before.group_columns;
    own.epoch = std::max(own.epoch, before.epoch);
  }
  own.epoch = next_epoch(own.epoch, now);
  own.boot = random_guid();
  what.put_host(own, {own.id});
  // Nothing goes because of a clock that is wrong at a start.
  auto kept_at = retention_clock{newest_of(what)}.at(now, 0);
  do { // late rows that are in no block could not be shown
    auto report = what.commit(kept_at);
    if (!report)
      return report.error();
  } while (what.has_late());
  return {};
}

/// Applies a journal frame to its host. What is in a block already only moves
/// the chain on; a late row that may not be is merged again, which is harmless.
void replay(store& what, ingest_host& host, journal_position position,
            const frame& sealed) {
  auto& stored = what.hosts().at(host.number).stored;
  auto applied = host.hot.apply(sealed, stored);
  if (!applied || *applied == frame_outcome::duplicate)
    return;
  auto& header = sealed.header();
  if (header.part == 0 && header.is_key())
    host.key_position = position;
  if (*applied == frame_outcome::late && !is_stored(header, stored))
    what.put_late(host.number,
                  host.hot.late_row_at(header, position, host.key_position));
}

} // namespace

tick newest_of(const store& what) {
  std::vector<tick_range> covered;
  for (auto& kvp : what.hosts())
    for (auto& run : what.durable(kvp.first).runs())
      covered.push_back({run.from, run.to});
  return believable_newest(std::move(covered));
}

caf::expected<recovered_storage> open_storage(const std::string& path,
                                              store_options options,
                                              host_definition own,
                                              int64_t now) {
  auto opened = store::open(path, own.id, options);
  if (!opened)
    return std::move(opened.error());
  recovered_storage result;
  result.store = std::move(*opened);
  auto& store = *result.store;
  std::map<host_number, ingest_host> hosts;
  for (auto& kvp : store.hosts()) {
    // The journal's ticks are not yet in `durable`: replay adds them to both.
    ingest_host host{kvp.first, kvp.second.path,
                     hot_host{kvp.second.definition, {}, kvp.second.closed}};
    host.key_mark = kvp.second.key_mark;
    auto rosters = store.rosters(kvp.first);
    if (!rosters)
      return std::move(rosters.error());
    for (auto& run : *rosters)
      if (auto error = host.hot.define(run))
        return error;
    hosts.emplace(kvp.first, std::move(host));
  }
  auto error
      = store.replay([&](journal_position position, const journal_item& item) {
          replay(store, hosts.at(item.host), position, *item.frame);
          ++result.frames;
        });
  if (error)
    return error;
  for (auto& kvp : hosts)
    kvp.second.hot.add_seen(store.hosts().at(kvp.first).stored.runs());
  for (auto& kvp : hosts)
    if (kvp.second.hot.heed_clock(now))
      store.move_back(kvp.first, kvp.second.hot.closed());
  auto number = store.number_of(own.id);
  if (number != 0)
    result.newest = hosts.at(number).hot.newest();
  if (auto fault = begin_epoch(store, own, now))
    return fault;
  if (number == 0) {
    number = store.number_of(own.id);
    hosts.emplace(number, ingest_host{number, {own.id}, hot_host{own, {}}});
  }
  hosts.at(number).hot.redefine(own);
  result.own = std::move(own);
  for (auto& kvp : hosts)
    result.hosts.push_back(std::move(kvp.second));
  result.journal_end = store.journal_end();
  return result;
}

} // namespace tributary
