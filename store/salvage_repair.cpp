/// The second half of salvage.hpp: records that read, made to fit each other.

#include <algorithm>
#include <set>

#include "store/block.hpp"
#include "store/records.hpp"
#include "store/salvage.hpp"
#include "store/store.hpp"
#include "store/tier_block.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

using keys = std::vector<std::pair<lmdb::table_number, lmdb::key>>;

/// What blocks and journal say of a host, for a stand-in and for its coverage.
struct host_traces {
  coverage found;
  uint16_t slots = 0;
  tick first_start = 0;
  epoch_number epoch = 0;
};

class repairer {
public:
  repairer(lmdb::environment& store, salvage_report& report)
      : store_(store), report_(report) {
    // nop
  }

  caf::error run() {
    for (auto step : {&repairer::read_hosts, &repairer::fill_layouts,
                      &repairer::check_blocks, &repairer::make_stand_ins,
                      &repairer::check_tiers, &repairer::check_references,
                      &repairer::write_hosts, &repairer::close_journal,
                      &repairer::bound_cursors})
      if (auto error = (this->*step)())
        return error;
    return {};
  }

private:
  caf::error read_hosts() {
    auto txn = store_.read();
    if (!txn)
      return txn.error();
    if (auto sealed = txn->get(tables::meta, tables::meta_key()))
      if (auto meta = open_meta(*sealed)) {
        report_.node = meta->node;
        steps_ = meta->steps;
      }
    lmdb::cursor at{*txn, tables::hosts};
    for (auto more = at.first(); more; more = at.next())
      if (auto host = open_host(at.current_value())) {
        auto number = host->number;
        // Two records of one number: the later guid is of an older file.
        if (!hosts_.emplace(number, std::move(*host)).second)
          erase_.emplace_back(tables::hosts, at.current_key());
      }
    return {};
  }

  /// A layout that is lost under one host is often there under another.
  caf::error fill_layouts() {
    std::map<content_hash, host_number> known;
    auto seen = store_.read();
    if (!seen)
      return seen.error();
    lmdb::cursor at{*seen, tables::layouts};
    for (auto more = at.first(); more; more = at.next()) {
      auto key = at.current_key();
      known[{key.word(1), key.word(2)}] = static_cast<host_number>(key.word(0));
    }
    std::map<std::pair<host_number, content_hash>, host_number> missing;
    lmdb::cursor block{*seen, tables::tier0};
    for (auto more = block.first(); more; more = block.next()) {
      auto host = static_cast<host_number>(block.current_key().word(1) >> 32);
      auto header = open_block_header(block.current_value());
      if (!header
          || seen->get(tables::layouts,
                       tables::layout_key(host, header->layout_hash)))
        continue;
      auto i = known.find(header->layout_hash);
      if (i != known.end())
        missing[{host, header->layout_hash}] = i->second;
    }
    auto txn = store_.write();
    if (!txn)
      return txn.error();
    for (auto& x : missing) {
      auto sealed = txn->get(tables::layouts,
                             tables::layout_key(x.second, x.first.second));
      if (!sealed)
        continue;
      std::string bytes{*sealed};
      if (auto error
          = txn->put(tables::layouts,
                     tables::layout_key(x.first.first, x.first.second), bytes))
        return error;
    }
    return txn->commit();
  }

  caf::error check_blocks() {
    auto txn = store_.read();
    if (!txn)
      return txn.error();
    layout_cache layouts;
    lmdb::cursor at{*txn, tables::tier0};
    for (auto more = at.first(); more; more = at.next()) {
      auto key = at.current_key();
      auto host = static_cast<host_number>(key.word(1) >> 32);
      auto group = static_cast<uint32_t>(key.word(1));
      auto header = open_block_header(at.current_value());
      if (auto error = check_block(*txn, layouts, host, at.current_value())) {
        lose_record(tables::tier0, key, words_of(error));
        continue;
      }
      if (header->start != window_start_ || host != window_host_)
        begin_window(host, *header);
      // A window that lacks a group is not claimed, so that peers send it.
      if (group != next_group_)
        window_runs_.clear();
      next_group_ = group + 1;
    }
    end_window();
    return {};
  }

  static caf::error check_block(const lmdb::transaction& txn,
                                layout_cache& layouts, host_number host,
                                std::string_view value) {
    auto header = open_block_header(value);
    if (!header)
      return header.error();
    auto columns_of = layouts.get(txn, host, header->layout_hash);
    if (!columns_of)
      return columns_of.error();
    window_table window{header->start, header->slots};
    return open_block(value, **columns_of, window);
  }

  void begin_window(host_number host, const block_header& header) {
    end_window();
    window_start_ = header.start;
    window_host_ = host;
    window_runs_ = header.runs;
    next_group_ = 0;
    auto& traces = traces_[host];
    traces.slots = header.slots;
    traces.first_start = header.start;
    for (auto& run : header.runs)
      traces.epoch = std::max(traces.epoch, run.epoch);
  }

  void end_window() {
    for (auto& run : window_runs_)
      traces_[window_host_].found.add(run);
    window_runs_.clear();
    window_start_ = -1;
  }

  /// Whose record is lost keeps its blocks under a name of this program's.
  caf::error make_stand_ins() {
    for (auto& x : traces_) {
      if (hosts_.count(x.first) != 0 || x.second.slots == 0)
        continue;
      auto phase = static_cast<uint64_t>(x.second.first_start % x.second.slots);
      stored_host host;
      host.number = x.first;
      auto& definition = host.definition;
      definition.window_seconds = x.second.slots;
      definition.epoch = x.second.epoch;
      auto is_own = !report_.node.empty() && !has_host(report_.node)
                    && report_.node.low() % x.second.slots == phase;
      auto random = random_guid();
      auto low = random.low() - random.low() % x.second.slots + phase;
      definition.id
          = is_own ? report_.node : guid::from_words(random.high(), low);
      definition.hostname = "salvaged-" + std::to_string(x.first);
      host.path = {definition.id};
      host.closed.to = x.second.found.newest() + 1;
      add_loss(report_, "host " + std::to_string(x.first),
               "its record; its blocks are those of " + definition.hostname
                   + " " + to_string(definition.id) + " now");
      hosts_.emplace(x.first, std::move(host));
    }
    return {};
  }

  caf::error check_tiers() {
    auto txn = store_.read();
    if (!txn)
      return txn.error();
    layout_cache layouts;
    for (auto table : {tables::tier1, tables::tier2, tables::tier1_pieces,
                       tables::tier2_pieces}) {
      lmdb::cursor at{*txn, table};
      for (auto more = at.first(); more; more = at.next())
        if (auto error = check_points(*txn, layouts, table, at))
          lose_record(table, at.current_key(), words_of(error));
    }
    return {};
  }

  caf::error check_points(const lmdb::transaction& txn, layout_cache& layouts,
                          lmdb::table_number table, const lmdb::cursor& at) {
    auto sealed = at.current_value();
    auto number = static_cast<host_number>(at.current_key().word(1) >> 32);
    auto host = hosts_.find(number);
    if (host == hosts_.end())
      return make_error(ec::corrupt, "its host is lost");
    auto header = open_tier_header(sealed);
    if (!header)
      return header.error();
    auto columns_of = layouts.get(txn, number, header->layout_hash);
    if (!columns_of)
      return columns_of.error();
    return check_tier_group(table, sealed, &host->second.definition, steps_,
                            **columns_of);
  }

  bool has_host(const guid& id) const {
    for (auto& x : hosts_)
      if (x.second.definition.id == id)
        return true;
    return false;
  }

  /// Records of hosts that there are not: a node would not start on them.
  caf::error check_references() {
    auto txn = store_.read();
    if (!txn)
      return txn.error();
    for (auto table : {tables::rosters, tables::owed, tables::layouts}) {
      lmdb::cursor at{*txn, table};
      for (auto more = at.first(); more; more = at.next()) {
        auto key = at.current_key();
        auto host = key.word(table == tables::owed ? 2 : 0);
        if (hosts_.count(static_cast<host_number>(host)) == 0)
          lose_record(table, key, "its host is lost");
      }
    }
    lmdb::cursor at{*txn, tables::journal};
    journal_position next = 0;
    for (auto more = at.first(); more; more = at.next()) {
      auto entry = open_journal_entry(at.current_value());
      if (!entry || !is_wanted(*entry)) {
        lose_record(tables::journal, at.current_key(), "its host is lost");
        continue;
      }
      if (next != 0 && entry->first > next)
        add_loss(report_,
                 "journal positions " + std::to_string(next) + " to "
                     + std::to_string(entry->first - 1),
                 "the frames of these");
      next = entry->first + entry->items.size();
      for (auto& item : entry->items)
        see_frame(item);
    }
    return {};
  }

  bool is_wanted(const journal_entry& entry) const {
    for (auto& item : entry.items)
      if (hosts_.count(item.host) == 0)
        return false;
    return true;
  }

  void see_frame(const journal_item& item) {
    auto& header = item.frame->header();
    auto& host = hosts_.at(item.host);
    host.definition.epoch = std::max(host.definition.epoch, header.epoch);
    if (header.part == 0)
      journal_[item.host].add({header.tick, header.tick, header.epoch});
  }

  caf::error write_hosts() {
    auto txn = store_.write();
    if (!txn)
      return txn.error();
    for (auto& x : erase_)
      if (auto erased = txn->erase(x.first, x.second); !erased)
        return erased.error();
    for (auto& x : hosts_) {
      auto& host = x.second;
      auto here = traces_[x.first].found;
      auto place = host.definition.hostname + " ("
                   + to_string(host.definition.id) + ")";
      auto all = here;
      for (auto& run : journal_[x.first].runs())
        all.add(run);
      auto missing = host.stored.missing_in(all);
      for (auto& range : missing.ranges())
        add_loss(report_, place,
                 "ticks " + std::to_string(range.from) + " to "
                     + std::to_string(range.to));
      host.stored = here;
      if (auto error
          = txn->put(tables::hosts, tables::host_key(host.definition.id),
                     seal_host(host)))
        return error;
    }
    return txn->commit();
  }

  /// Positions have no holes. Entries before one move up to those behind it:
  /// the other way, what nobody has acknowledged would seem to be.
  caf::error close_journal() {
    auto seen = store_.read();
    if (!seen)
      return seen.error();
    std::vector<std::pair<journal_position, size_t>> entries;
    lmdb::cursor at{*seen, tables::journal};
    for (auto more = at.first(); more; more = at.next())
      if (auto entry = open_journal_entry(at.current_value()))
        entries.emplace_back(entry->first, entry->items.size());
    if (!entries.empty())
      journal_end_ = entries.back().first + entries.back().second - 1;
    auto txn = store_.write();
    if (!txn)
      return txn.error();
    auto end = journal_end_ + 1;
    for (auto i = entries.rbegin(); i != entries.rend(); ++i) {
      end = end > i->second ? end - i->second : 1;
      auto key = tables::journal_key(i->first);
      auto sealed = txn->get(tables::journal, key);
      if (end <= i->first || !sealed)
        continue;
      auto entry = open_journal_entry(*sealed);
      if (!entry)
        return entry.error();
      entry->first = end;
      if (auto erased = txn->erase(tables::journal, key); !erased)
        return erased.error();
      if (auto error = txn->put(tables::journal, tables::journal_key(end),
                                seal_journal_entry(*entry)))
        return error;
    }
    return txn->commit();
  }

  /// None stands behind the journal's end, where new frames will be.
  caf::error bound_cursors() {
    auto seen = store_.read();
    if (!seen)
      return seen.error();
    std::vector<lmdb::key> beyond;
    lmdb::cursor at{*seen, tables::cursors};
    for (auto more = at.first(); more && journal_end_ != 0; more = at.next())
      if (auto position = open_cursor(at.current_value());
          position && *position > journal_end_)
        beyond.push_back(at.current_key());
    auto txn = store_.write();
    if (!txn)
      return txn.error();
    for (auto& key : beyond)
      if (auto error
          = txn->put(tables::cursors, key, seal_cursor(journal_end_)))
        return error;
    return txn->commit();
  }

  void lose_record(lmdb::table_number table, const lmdb::key& key,
                   const std::string& why) {
    std::string name = tables::names[table];
    add_loss(report_, place_of(name, key), why);
    auto& found = report_.found[name];
    found -= std::min<uint64_t>(found, 1);
    erase_.emplace_back(table, key);
  }

  lmdb::environment& store_;
  salvage_report& report_;
  std::map<host_number, stored_host> hosts_;
  std::map<host_number, host_traces> traces_;
  std::map<host_number, coverage> journal_;
  journal_position journal_end_ = 0;
  tier_steps steps_{0, 0};
  keys erase_;
  tick window_start_ = -1;
  host_number window_host_ = 0;
  uint32_t next_group_ = 0;
  std::vector<coverage_run> window_runs_;
};

} // namespace

caf::error repair_salvaged(lmdb::environment& store, salvage_report& report) {
  return repairer{store, report}.run();
}

} // namespace tributary
