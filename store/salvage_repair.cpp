/// The second half of salvage.hpp: records that read, made to fit each other.

#include <algorithm>
#include <set>

#include "store/hot.hpp"
#include "store/salvage_repair.hpp"
#include "store/store.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

class repairer {
public:
  repairer(lmdb::environment& store, salvage_report& report)
      : state_{store, report, {0, 0}, {}, {}},
        store_(store),
        report_(report),
        hosts_(state_.hosts) {
    // nop
  }

  caf::error run() {
    for (auto step : {&repairer::read_hosts, &repairer::find_layouts,
                      &repairer::check_blocks, &repairer::find_steps,
                      &repairer::make_stand_ins, &repairer::check_tiers,
                      &repairer::check_references, &repairer::write_hosts,
                      &repairer::close_journal, &repairer::bound_cursors})
      if (auto error = (this->*step)())
        return error;
    return restore_points(state_);
  }

private:
  caf::error read_hosts() {
    auto txn = store_.read();
    if (!txn)
      return txn.error();
    if (auto sealed = txn->get(tables::meta, tables::meta_key()))
      if (auto meta = open_meta(*sealed)) {
        report_.node = meta->node;
        state_.steps = meta->steps;
      }
    lmdb::cursor at{*txn, tables::hosts};
    for (auto more = at.first(); more; more = at.next())
      if (auto host = open_host(at.current_value())) {
        auto number = host->number;
        // Two records of one number: the later guid is of an older file.
        if (!hosts_.emplace(number, std::move(*host)).second)
          state_.erase.emplace_back(tables::hosts, at.current_key());
      }
    return {};
  }

  caf::error find_layouts() {
    return restore_layouts(state_);
  }

  caf::error find_steps() {
    return restore_steps(state_);
  }

  caf::error check_tiers() {
    return check_points(state_);
  }

  caf::error check_blocks() {
    return check_windows(state_, traces_);
  }

  /// Whose record is lost keeps its blocks under a name of this program's.
  caf::error make_stand_ins() {
    std::map<host_number, uint32_t> windows;
    for (auto& x : traces_)
      if (hosts_.count(x.first) == 0 && x.second.slots != 0)
        windows[x.first] = x.second.slots;
    auto phases = phases_of_points(state_, windows);
    if (!phases)
      return phases.error();
    for (auto& x : windows) {
      auto& traces = traces_[x.first];
      auto i = phases->find(x.first);
      make_stand_in(x.first, traces,
                    i == phases->end()
                        ? tier_phase{x.second, traces.first_start}
                        : i->second);
    }
    return {};
  }

  void make_stand_in(host_number number, const host_traces& traces,
                     const tier_phase& at) {
    auto phase = static_cast<uint64_t>(at.start % at.span);
    stored_host host;
    host.number = number;
    auto& definition = host.definition;
    definition.window_seconds = traces.slots;
    definition.epoch = traces.epoch;
    auto is_own = !report_.node.empty() && !has_host(report_.node)
                  && report_.node.low() % at.span == phase;
    auto random = random_guid();
    auto low = random.low() - random.low() % at.span;
    // Beyond the last number it would begin at another phase.
    low = low > UINT64_MAX - at.span ? low - at.span : low;
    definition.id
        = is_own ? report_.node : guid::from_words(random.high(), low + phase);
    definition.hostname = "salvaged-" + std::to_string(number);
    host.path = {definition.id};
    host.closed.to = definition.window_start(traces.found.newest())
                     + tick{definition.window_seconds};
    add_loss(report_, "host " + std::to_string(number),
             "its record; its blocks are those of " + definition.hostname + " "
                 + to_string(definition.id) + " now");
    hosts_.emplace(number, std::move(host));
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
        if (host > UINT32_MAX
            || hosts_.count(static_cast<host_number>(host)) == 0)
          state_.lose_record(table, key, "its host is lost");
      }
    }
    return check_journal(*txn);
  }

  /// Frames that no node could show go, so that they are not taken for had: of
  /// hosts and rosters that are lost, and of rows whose base is.
  caf::error check_journal(const lmdb::transaction& txn) {
    define_rows(txn);
    lmdb::cursor at{txn, tables::journal};
    journal_position next = 0;
    for (auto more = at.first(); more; more = at.next()) {
      auto entry = open_journal_entry(at.current_value());
      if (!entry)
        return entry.error();
      if (next != 0 && entry->first > next)
        add_loss(report_,
                 "journal positions " + std::to_string(next) + " to "
                     + std::to_string(entry->first - 1),
                 "the frames of these");
      auto count = entry->items.size();
      next = entry->first + count;
      auto& items = entry->items;
      items.erase(std::remove_if(items.begin(), items.end(),
                                 [&](auto& x) { return !is_wanted(x); }),
                  items.end());
      auto lost = std::to_string(count - items.size());
      if (items.empty())
        state_.lose_record(tables::journal, at.current_key(),
                           "its " + lost + " frames tell nothing any more");
      else if (items.size() < count) {
        add_loss(report_, place_of("journal", at.current_key()),
                 lost + " of its frames tell nothing any more");
        shortened_.emplace_back(at.current_key(), seal_journal_entry(*entry));
      }
      for (auto& item : items)
        see_frame(item);
    }
    return {};
  }

  void define_rows(const lmdb::transaction& txn) {
    for (auto& x : hosts_)
      rows_.emplace(x.first,
                    hot_host{x.second.definition, {}, x.second.closed});
    lmdb::cursor at{txn, tables::rosters};
    for (auto more = at.first(); more; more = at.next()) {
      auto number = at.current_key().word(0);
      auto rows = number > UINT32_MAX
                      ? rows_.end()
                      : rows_.find(static_cast<host_number>(number));
      auto run = open_roster(at.current_value());
      if (run && rows != rows_.end())
        static_cast<void>(rows->second.define(*run));
    }
  }

  bool is_wanted(const journal_item& item) {
    auto rows = rows_.find(item.host);
    if (rows == rows_.end())
      return false;
    auto& host = hosts_.at(item.host);
    auto start = host.definition.window_start(item.frame->header().tick);
    // Of a window that is closed it is kept for those whom it is owed.
    return rows->second.apply(*item.frame) || host.closed.has(start);
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
    for (auto& x : state_.erase)
      if (auto erased = txn->erase(x.first, x.second); !erased)
        return erased.error();
    for (auto& x : shortened_)
      if (auto error = txn->put(tables::journal, x.first, x.second))
        return error;
    for (auto& x : hosts_) {
      auto& host = x.second;
      auto here = traces_[x.first].found;
      auto place = host.definition.hostname + " ("
                   + to_string(host.definition.id) + ")";
      auto all = here;
      for (auto& run : journal_[x.first].runs())
        all.add(run);
      for (auto& range : host.passed.ranges())
        for (auto& run : host.stored.runs_in(range)) {
          all.add(run); // it was passed on, and is had all the same
          here.add(run);
        }
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

  salvage_state state_;
  lmdb::environment& store_;
  salvage_report& report_;
  std::map<host_number, stored_host>& hosts_;
  std::map<host_number, host_traces> traces_;
  std::map<host_number, coverage> journal_;
  std::map<host_number, hot_host> rows_;
  /// Entries of which some frames go.
  std::vector<std::pair<lmdb::key, std::string>> shortened_;
  journal_position journal_end_ = 0;
};

} // namespace

void salvage_state::lose_record(lmdb::table_number table, const lmdb::key& key,
                                const std::string& why) {
  std::string name = tables::names[table];
  add_loss(report, place_of(name, key), why);
  auto& found = report.found[name];
  found -= std::min<uint64_t>(found, 1);
  erase.emplace_back(table, key);
}

caf::error repair_salvaged(lmdb::environment& store, salvage_report& report) {
  return repairer{store, report}.run();
}

} // namespace tributary
