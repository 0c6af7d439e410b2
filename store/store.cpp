#include "store/store.hpp"

#include <algorithm>

#include "store/tables.hpp"

namespace tributary {

namespace {

caf::error at_path(const std::string& path, const caf::error& error) {
  auto hint
      = code_of(error) == ec::corrupt
            ? "; 'tributary-dump --salvage " + path + "' reads what can be read"
            : std::string{};
  return make_error(code_of(error), path + ": " + words_of(error) + hint);
}

caf::error at_position(journal_position first, const caf::error& error) {
  return make_error(code_of(error), "journal entry " + std::to_string(first)
                                        + ": " + words_of(error));
}

/// Reads the meta record, or writes it into a store that has none.
caf::error check_meta(lmdb::transaction& txn, const guid& node,
                      const tier_steps& steps) {
  auto sealed = txn.get(tables::meta, tables::meta_key());
  if (!sealed)
    return txn.put(tables::meta, tables::meta_key(),
                   seal_meta({tables::format_version, node, steps}));
  auto meta = open_meta(*sealed);
  if (!meta)
    return meta.error();
  if (meta->format_version > tables::format_version)
    return make_error(ec::newer_format,
                      "format " + std::to_string(meta->format_version)
                          + ", this program knows "
                          + std::to_string(tables::format_version));
  if (meta->node != node)
    return make_error(ec::store_failed,
                      "belongs to node " + to_string(meta->node));
  return {};
}

} // namespace

caf::expected<std::unique_ptr<store>>
store::open(const std::string& path, const guid& node, store_options options) {
  std::unique_ptr<store> result{new store};
  result->options_ = options;
  auto environment = lmdb::environment::open(
      path, options.environment, tables::names, tables::table_count,
      [&](lmdb::transaction& txn) -> caf::error {
        auto error = check_meta(txn, node, options.steps);
        return error ? at_path(path, error) : error;
      });
  if (!environment)
    return std::move(environment.error());
  result->environment_ = std::move(*environment);
  auto error = result->load();
  if (!error)
    error = result->upgrade();
  if (error)
    return at_path(path, error);
  return result;
}

/// Brings a store of an earlier format to this one, in one transaction.
caf::error store::upgrade() {
  auto txn = environment_->write();
  if (!txn)
    return txn.error();
  auto meta = open_meta(*txn->get(tables::meta, tables::meta_key()));
  if (!meta)
    return meta.error();
  steps_ = meta->steps;
  if (meta->format_version == tables::format_version) {
    tiers_.load(*txn, hosts_, steps_, options_.tiers, unused_);
    return {};
  }
  // Tiers begin behind what is there already.
  for (auto& kvp : hosts_) {
    auto& x = kvp.second;
    if (!x.stored.runs().empty())
      x.tiers_since.fill(x.definition.window_start(x.stored.newest())
                         + x.definition.window_seconds);
    if (auto error = txn->put(tables::hosts, tables::host_key(x.definition.id),
                              seal_host(x)))
      return error;
  }
  steps_ = options_.steps;
  if (auto error
      = txn->put(tables::meta, tables::meta_key(),
                 seal_meta({tables::format_version, meta->node, steps_})))
    return error;
  tiers_.load(*txn, hosts_, steps_, options_.tiers, unused_);
  return txn->commit();
}

caf::error store::load() {
  auto txn = environment_->read();
  if (!txn)
    return txn.error();
  lmdb::cursor at{*txn, tables::hosts};
  for (auto more = at.first(); more; more = at.next()) {
    auto host = open_host(at.current_value());
    if (!host)
      return host.error();
    auto number = host->number;
    last_number_ = std::max(last_number_, number);
    if (host->is_forgotten) {
      auto& x = forgotten_[number];
      x.id = host->definition.id;
      x.window_seconds = host->definition.window_seconds;
      x.group_columns = host->definition.group_columns;
      continue;
    }
    numbers_[host->definition.id] = number;
    unused_.blocks_went(number); // what a crash left
    durable_[number] = host->stored;
    hosts_.emplace(number, std::move(*host));
  }
  if (auto fault = at.fault())
    return fault;
  lmdb::cursor rosters{*txn, tables::rosters};
  for (auto more = rosters.first(); more; more = rosters.next()) {
    auto key = rosters.current_key();
    auto number = static_cast<host_number>(key.word(0));
    if (hosts_.count(number) != 0)
      roster_epochs_[number].insert(static_cast<epoch_number>(key.word(1)));
  }
  if (auto fault = rosters.fault())
    return fault;
  if (auto error = load_subscribers(*txn))
    return error;
  return load_journal_end(*txn);
}

caf::error store::load_journal_end(const lmdb::transaction& txn) {
  lmdb::cursor at{txn, tables::journal};
  if (at.last()) {
    auto entry = open_journal_entry(at.current_value());
    if (!entry)
      return entry.error();
    journal_end_ = entry->first + entry->items.size() - 1;
  }
  // The journal may be empty while cursors remember where it was.
  for (auto& kvp : subscribers_)
    journal_end_ = std::max(journal_end_, kvp.second.position);
  return {};
}

/// Of the items of an entry behind a position.
caf::expected<std::map<host_number, tick_set>>
store::ticks_behind(const lmdb::transaction& txn, const entry_summary& entry,
                    journal_position position) const {
  if (position < entry.first)
    return entry.ticks;
  auto sealed = txn.get(tables::journal, tables::journal_key(entry.first));
  if (!sealed)
    return entry.ticks;
  auto items = open_journal_entry(*sealed);
  if (!items)
    return std::move(items.error());
  std::map<host_number, tick_set> result;
  for (auto& item : items->items)
    if (entry.first + static_cast<size_t>(&item - items->items.data())
        > position) {
      auto t = item.frame->header().tick;
      result[item.host].add({t, t});
    }
  return result;
}

caf::error store::load_subscribers(const lmdb::transaction& txn) {
  lmdb::cursor at{txn, tables::cursors};
  for (auto more = at.first(); more; more = at.next()) {
    auto key = at.current_key();
    auto position = open_cursor(at.current_value());
    if (!position)
      return position.error();
    subscribers_[guid::from_words(key.word(0), key.word(1))].position
        = *position;
  }
  lmdb::cursor owed{txn, tables::owed};
  for (auto more = owed.first(); more; more = owed.next()) {
    auto key = owed.current_key();
    auto& to = subscribers_[guid::from_words(key.word(0), key.word(1))];
    to.owed[static_cast<host_number>(key.word(2))].add(
        {static_cast<tick>(key.word(3)),
         static_cast<tick>(open_word(owed.current_value()))});
  }
  return {};
}

caf::error store::replay(
    const std::function<void(journal_position, const journal_item&)>& f) {
  auto txn = environment_->read();
  if (!txn)
    return txn.error();
  auto& path = environment_->path();
  journal_.clear();
  lmdb::cursor at{*txn, tables::journal};
  for (auto more = at.first(); more; more = at.next()) {
    auto entry = open_journal_entry(at.current_value());
    if (!entry)
      return at_path(path,
                     at_position(at.current_key().word(0), entry.error()));
    for (auto& item : entry->items)
      if (hosts_.count(item.host) == 0 && forgotten_.count(item.host) == 0)
        return at_path(
            path, make_error(ec::corrupt, "journal names host "
                                              + std::to_string(item.host)));
    add_entry(*entry);
    auto position = entry->first;
    for (auto& item : entry->items) {
      if (hosts_.count(item.host) != 0)
        f(position, item);
      ++position;
    }
  }
  if (auto fault = at.fault())
    return at_path(path, fault);
  is_replayed_ = true;
  return {};
}

void store::add_entry(const journal_entry& entry) {
  auto summary = std::make_shared<entry_summary>();
  summary->first = entry.first;
  summary->count = entry.items.size();
  auto position = entry.first;
  for (auto& item : entry.items) {
    auto& header = item.frame->header();
    // What is staged behind it may be of the same life.
    auto& end = epoch_ends_[{item.host, header.epoch}];
    end = std::max(end, position++);
    summary->ticks[item.host].add({header.tick, header.tick});
    if (header.part == 0 && hosts_.count(item.host) != 0)
      add_ticks(item.host, ticks_of::blocks_and_journal,
                {header.tick, header.tick, header.epoch});
  }
  journal_.push_back(std::move(summary));
  on_failure([this] { journal_.pop_back(); });
}

host_number store::number_of(const guid& host) const {
  auto i = numbers_.find(host);
  return i == numbers_.end() ? 0 : i->second;
}

caf::expected<std::vector<roster_run>> store::rosters(host_number host) const {
  auto txn = environment_->read();
  if (!txn)
    return std::move(txn.error());
  std::vector<roster_run> result;
  lmdb::cursor at{*txn, tables::rosters};
  auto more = at.seek(tables::roster_key(host, 0));
  for (; more && at.current_key().word(0) == host; more = at.next()) {
    auto run = open_roster(at.current_value());
    if (!run)
      return std::move(run.error());
    result.push_back(std::move(*run));
  }
  return result;
}

const coverage& store::durable(host_number host) const {
  static const coverage nothing;
  auto i = durable_.find(host);
  return i == durable_.end() ? nothing : i->second;
}

// -- staging ------------------------------------------------------------------

host_number store::put_host(const host_definition& definition,
                            std::vector<guid> path, uint32_t key_mark) {
  auto number = number_of(definition.id);
  if (number == 0) {
    number = ++last_number_;
    numbers_[definition.id] = number;
    auto& host = hosts_[number];
    host.number = number;
    host.definition = definition;
  }
  auto& host = hosts_[number];
  auto window_seconds = host.definition.window_seconds;
  auto group_columns = host.definition.group_columns;
  host.definition = definition;
  // Fixed by the first definition: blocks on disk have them.
  host.definition.window_seconds = window_seconds;
  host.definition.group_columns = group_columns;
  host.path = std::move(path);
  host.key_mark = key_mark;
  note_changed(number);
  return number;
}

bool store::put_key_mark(host_number host, uint32_t key_mark) {
  auto known = hosts_.find(host);
  if (known == hosts_.end() || known->second.key_mark == key_mark)
    return false;
  known->second.key_mark = key_mark;
  note_changed(host);
  return true;
}

/// Other rules may hold for it.
void store::note_changed(host_number host) {
  seconds_kept_.erase(host);
  if (auto i = passing_.find(host); i != passing_.end())
    i->second.forget_rules();
  dirty_hosts_.push_back(host);
}

void store::move_cursor(const guid& subscriber, journal_position position) {
  auto known = subscribers_.count(subscriber) != 0;
  auto& x = subscribers_[subscriber];
  auto bounded = std::min(position, staged_end());
  if (known && bounded <= x.position)
    return;
  x.position = bounded;
  dirty_subscribers_[subscriber];
}

void store::owe(const guid& subscriber, host_number host,
                const tick_set& ticks) {
  if (ticks.empty() || hosts_.count(host) == 0)
    return;
  keep_owed(subscriber, host);
  auto& owed = subscribers_[subscriber].owed[host];
  for (auto& range : ticks.ranges())
    owed.add(range);
  dirty_subscribers_[subscriber].push_back(host);
}

void store::pay(const guid& subscriber, host_number host, tick_range ticks) {
  auto i = subscribers_.find(subscriber);
  if (i == subscribers_.end())
    return;
  auto j = i->second.owed.find(host);
  if (j == i->second.owed.end())
    return;
  keep_owed(subscriber, host);
  j->second.remove(ticks);
  if (j->second.empty())
    i->second.owed.erase(j);
  dirty_subscribers_[subscriber].push_back(host);
}

} // namespace tributary
