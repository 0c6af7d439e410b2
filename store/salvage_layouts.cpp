/// Layouts of a salvaged store that are lost: what has their name among other
/// hosts' layouts, or among what rosters let one cut. A name is the hash of all
/// bytes, so what has it is the layout.

#include <algorithm>
#include <map>
#include <set>

#include "store/block.hpp"
#include "store/salvage_repair.hpp"
#include "store/tables.hpp"
#include "store/tier_block.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

/// Cuts that are tried for one host: some seconds.
constexpr size_t tries_max = 200'000;

/// Charts come one by one while a life begins: so many of the last states of a
/// roster are tried.
constexpr size_t prefixes_max = 64;

/// Charts of a host as they were at some time, by id.
using chart_list = std::map<std::string, chart_ptr>;

struct missing_layout {
  content_hash hash;
  size_t columns = 0;

  friend bool operator<(const missing_layout& x, const missing_layout& y) {
    return std::tie(x.columns, x.hash) < std::tie(y.columns, y.hash);
  }
};

/// What a group says of its layout; no columns where it does not read.
missing_layout layout_in(lmdb::table_number table, std::string_view value) {
  if (table == tables::tier0) {
    auto header = open_block_header(value);
    return header ? missing_layout{header->layout_hash, header->columns}
                  : missing_layout{};
  }
  auto header = open_tier_header(value);
  return header ? missing_layout{header->layout_hash,
                                 header->columns / tier_column_parts}
                : missing_layout{};
}

class layout_finder {
public:
  explicit layout_finder(const salvage_state& of)
      : store_(of.store), hosts_(of.hosts) {
    // nop
  }

  caf::error run(salvage_report& report) {
    auto seen = store_.read();
    if (!seen)
      return seen.error();
    note_known(*seen);
    note_missing(*seen);
    for (auto& [host, layouts] : missing_) {
      // A key with a wrong number, rather than a host that lost all it had.
      if (hosts_.count(host) == 0 && owners_.count(host) == 0)
        continue;
      take_from_others(*seen, host, layouts);
      if (!layouts.empty())
        cut_from_rosters(*seen, host, layouts);
    }
    auto txn = store_.write();
    if (!txn)
      return txn.error();
    for (auto& [key, sealed] : found_) {
      auto at = tables::layout_key(key.first, key.second);
      if (auto error = txn->put(tables::layouts, at, sealed))
        return error;
      note_found(report, place_of(tables::names[tables::layouts], at));
    }
    return txn->commit();
  }

private:
  static void note_found(salvage_report& report, const std::string& place) {
    ++report.found[tables::names[tables::layouts]];
    auto i = std::find_if(report.lost.begin(), report.lost.end(),
                          [&](auto& x) { return x.place == place; });
    if (i == report.lost.end())
      return;
    report.lost.erase(i);
    --report.lost_count;
  }

  void note_known(const lmdb::transaction& txn) {
    lmdb::cursor at{txn, tables::layouts};
    for (auto more = at.first(); more; more = at.next()) {
      auto key = at.current_key();
      auto host = static_cast<host_number>(key.word(0));
      known_[{key.word(1), key.word(2)}] = host;
      owners_.insert(host);
    }
  }

  void note_missing(const lmdb::transaction& txn) {
    for (auto table : {tables::tier0, tables::tier1, tables::tier2,
                       tables::tier1_pieces, tables::tier2_pieces}) {
      lmdb::cursor at{txn, table};
      for (auto more = at.first(); more; more = at.next()) {
        auto host = static_cast<host_number>(at.current_key().word(1) >> 32);
        auto x = layout_in(table, at.current_value());
        if (x.columns != 0
            && !txn.get(tables::layouts, tables::layout_key(host, x.hash)))
          missing_[host].insert(x);
      }
    }
  }

  void take_from_others(const lmdb::transaction& txn, host_number host,
                        std::set<missing_layout>& wanted) {
    for (auto i = wanted.begin(); i != wanted.end();) {
      auto other = known_.find(i->hash);
      auto sealed = other == known_.end()
                        ? std::nullopt
                        : txn.get(tables::layouts,
                                  tables::layout_key(other->second, i->hash));
      if (sealed)
        found_.emplace(std::make_pair(host, i->hash), *sealed);
      i = sealed ? wanted.erase(i) : std::next(i);
    }
  }

  void cut_from_rosters(const lmdb::transaction& txn, host_number host,
                        std::set<missing_layout>& wanted) {
    size_t tries = 0;
    chart_list all; // whatever was among the layouts that are left
    lmdb::cursor layouts{txn, tables::layouts};
    auto more = layouts.seek(tables::layout_key(host, {0, 0}));
    for (; more && layouts.current_key().word(0) == host; more = layouts.next())
      if (auto x = open_layout(layouts.current_value()))
        for (auto& chart : x->charts)
          all[chart->id] = chart;
    lmdb::cursor rosters{txn, tables::rosters};
    more = rosters.seek(tables::roster_key(host, 0));
    for (; more && rosters.current_key().word(0) == host;
         more = rosters.next()) {
      auto run = open_roster(rosters.current_value());
      if (!run)
        continue;
      auto& charts = run->charts;
      auto least = charts.size() - std::min(charts.size(), prefixes_max);
      for (auto count = charts.size(); count > least; --count) {
        chart_list list;
        for (size_t i = 0; i < count; ++i)
          list[charts[i]->id] = charts[i];
        cut(list, host, wanted, tries);
      }
      for (auto& chart : charts)
        all[chart->id] = chart;
    }
    cut(all, host, wanted, tries);
  }

  /// Takes each run of neighbours that has the columns of one that is wanted.
  void cut(const chart_list& list, host_number host,
           std::set<missing_layout>& wanted, size_t& tries) {
    for (auto first = list.begin(); first != list.end(); ++first) {
      layout run;
      size_t columns = 0;
      for (auto i = first; i != list.end() && !wanted.empty(); ++i) {
        run.charts.push_back(i->second);
        columns += i->second->dimensions.size();
        if (columns > wanted.rbegin()->columns || tries > tries_max)
          break;
        auto like = wanted.lower_bound({{0, 0}, columns});
        if (like == wanted.end() || like->columns != columns)
          continue;
        ++tries;
        auto sealed = seal_layout(run);
        auto hash = hash_of(sealed.data(), sealed.size());
        if (wanted.erase({hash, columns}) != 0)
          found_.emplace(std::make_pair(host, hash), std::move(sealed));
      }
    }
  }

  lmdb::environment& store_;
  const std::map<host_number, stored_host>& hosts_;
  /// A host that has it.
  std::map<content_hash, host_number> known_;
  /// Hosts that have any.
  std::set<host_number> owners_;
  std::map<host_number, std::set<missing_layout>> missing_;
  std::map<std::pair<host_number, content_hash>, std::string> found_;
};

} // namespace

caf::error restore_layouts(salvage_state& state) {
  return layout_finder{state}.run(state.report);
}

} // namespace tributary
