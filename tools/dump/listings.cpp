#include "tools/dump/listings.hpp"

#include <set>

#include "store/block.hpp"
#include "store/packed_blocks.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

using kind = column_kind;

report_cell number(uint64_t x) {
  return static_cast<int64_t>(x);
}

report_cell positive(int64_t x) {
  return x > 0 ? report_cell{x} : report_cell{};
}

/// A table that takes rows until it is full, and then says so.
class listing {
public:
  listing(const char* key, std::vector<report_column> columns) {
    table_.key = key;
    table_.columns = std::move(columns);
  }

  /// False when there is no room.
  bool add(std::vector<report_cell> cells) {
    if (table_.rows.size() == listing_rows_max) {
      table_.title = "the first " + std::to_string(listing_rows_max)
                     + "; narrow it for more";
      return false;
    }
    table_.rows.push_back({0, std::move(cells)});
    return true;
  }

  report_table table() && {
    return std::move(table_);
  }

private:
  report_table table_;
};

/// A table of one row, line by line.
class sheet {
public:
  explicit sheet(const char* key) {
    table_.key = key;
    table_.vertical = true;
    table_.rows.emplace_back();
  }

  void add(const char* key, const char* heading, kind of, report_cell cell) {
    table_.columns.push_back({key, heading, of, false});
    table_.rows.front().cells.push_back(std::move(cell));
  }

  report_table table() && {
    return std::move(table_);
  }

private:
  report_table table_;
};

/// Calls `f(key, record)` for what `open` reads; the rest is a fault.
template <class Open, class F>
void each_record(const store_file& store, tables::table table, Open open, F f,
                 const fault_sink& faults) {
  auto name = tables::names[table];
  store.for_each(
      name,
      [&](const lmdb::key& key, std::string_view value) {
        auto record = open(value);
        if (record)
          return static_cast<bool>(f(key, *record));
        if (faults)
          faults({place_of(name, key), to_text(record.error())});
        return true;
      },
      faults);
}

report_table store_sheet(const store_file& store, const fault_sink& faults) {
  sheet result{"store"};
  result.add("path", "file", kind::text, store.path());
  result.add(
      "state", "state", kind::text,
      std::string{store.is_in_use() ? "in use by a node" : "no node uses it"});
  each_record(
      store, tables::meta, open_meta,
      [&](const lmdb::key&, const store_meta& x) {
        result.add("format_version", "format", kind::count,
                   number(x.format_version));
        result.add("node", "node", kind::text, to_string(x.node));
        return false;
      },
      faults);
  auto& of = store.snapshot();
  auto used = of.last_page + 1;
  auto free = store.free_pages();
  result.add("commit", "commit", kind::count, number(of.transaction));
  result.add("file_bytes", "file", kind::bytes, number(store.file().bytes()));
  result.add("map_bytes", "may grow to", kind::bytes, number(of.map_bytes));
  result.add("pages", "pages", kind::count, number(used));
  result.add("free_pages", "of these free", kind::count, number(free));
  result.add("used_bytes", "in use", kind::bytes,
             number((used - std::min(free, used)) * page_bytes));
  return std::move(result).table();
}

} // namespace

shell_report list_summary(const store_file& store, const fault_sink& faults) {
  listing result{"tables",
                 {{"table", "table"},
                  {"entries", "entries", kind::count},
                  {"bytes", "size", kind::bytes},
                  {"depth", "depth", kind::count},
                  {"branch_pages", "branch pages", kind::count},
                  {"leaf_pages", "leaf pages", kind::count},
                  {"overflow_pages", "value pages", kind::count}}};
  for (auto& x : store.tables(faults))
    result.add({x.first, number(x.second.entries), number(x.second.bytes()),
                number(x.second.depth), number(x.second.branch_pages),
                number(x.second.leaf_pages), number(x.second.overflow_pages)});
  return {{store_sheet(store, {}), std::move(result).table()}};
}

shell_report list_hosts(const store_file& store, const fault_sink& faults) {
  listing result{"hosts",
                 {{"number", "number", kind::count},
                  {"hostname", "host"},
                  {"guid", "guid"},
                  {"epoch", "epoch", kind::count},
                  {"window_s", "window", kind::count},
                  {"hops", "hops", kind::count},
                  {"from", "blocks from", kind::tick},
                  {"to", "to", kind::tick},
                  {"ticks", "ticks", kind::count},
                  {"stored_to", "all blocks before", kind::tick}}};
  each_record(
      store, tables::hosts, open_host,
      [&](const lmdb::key&, const stored_host& x) {
        auto& d = x.definition;
        return result.add({number(x.number), d.hostname, to_string(d.id),
                           number(d.epoch), number(d.window_seconds),
                           number(x.path.empty() ? 0 : x.path.size() - 1),
                           positive(x.stored.oldest()),
                           positive(x.stored.newest()), x.stored.count(),
                           positive(x.closed.to)});
      },
      faults);
  return {{std::move(result).table()}};
}

caf::expected<stored_host> find_host(const store_file& store,
                                     const std::string& name) {
  std::vector<stored_host> found;
  each_record(store, tables::hosts, open_host,
              [&](const lmdb::key&, const stored_host& x) {
                if (x.definition.hostname == name
                    || to_string(x.definition.id) == name
                    || std::to_string(x.number) == name)
                  found.push_back(x);
                return true;
              },
              {});
  if (found.empty())
    return make_error(ec::not_found, "there is no host " + name);
  if (found.size() > 1)
    return make_error(ec::bad_request, "several hosts are called " + name
                                           + "; say the guid or the number");
  return std::move(found.front());
}

shell_report list_charts(const store_file& store, const stored_host& host,
                         const fault_sink& faults) {
  std::map<std::string, chart_ptr> charts;
  auto is_own = [&](const lmdb::key& key) {
    return key.word(0) == host.number;
  };
  // A later life's definition holds, and any of a roster before one of blocks.
  each_record(
      store, tables::layouts, open_layout,
      [&](const lmdb::key& key, const layout& x) {
        for (auto& chart : x.charts)
          if (is_own(key))
            charts[chart->id] = chart;
        return true;
      },
      faults);
  each_record(
      store, tables::rosters, open_roster,
      [&](const lmdb::key& key, const roster_run& x) {
        for (auto& chart : x.charts)
          if (is_own(key))
            charts[chart->id] = chart;
        return true;
      },
      faults);
  listing result{"charts",
                 {{"chart", "chart"},
                  {"context", "context"},
                  {"family", "family"},
                  {"units", "units"},
                  {"module", "module"},
                  {"step", "every", kind::count},
                  {"dimensions", "dimensions"}}};
  for (auto& x : charts) {
    auto& chart = *x.second;
    std::string names;
    for (auto& d : chart.dimensions)
      names += (names.empty() ? "" : " ") + d.id;
    result.add({chart.id, chart.context, chart.family, chart.units,
                chart.module, number(chart.step), names});
  }
  return {{std::move(result).table()}};
}

shell_report list_coverage(const store_file& store, const stored_host& host,
                           const fault_sink& faults) {
  listing result{"coverage",
                 {{"where", "in"},
                  {"from", "from", kind::tick},
                  {"to", "to", kind::tick},
                  {"ticks", "ticks", kind::count},
                  {"epoch", "epoch", kind::count}}};
  auto add = [&](const char* where, const coverage& what) {
    for (auto& run : what.runs())
      result.add({std::string{where}, run.from, run.to, run.to - run.from + 1,
                  number(run.epoch)});
  };
  coverage journal;
  each_record(
      store, tables::journal, open_journal_entry,
      [&](const lmdb::key&, const journal_entry& x) {
        for (auto& item : x.items) {
          auto& header = item.frame->header();
          if (item.host == host.number && header.part == 0)
            journal.add({header.tick, header.tick, header.epoch});
        }
        return true;
      },
      faults);
  add("blocks", host.stored);
  add("journal", journal);
  return {{std::move(result).table()}};
}

shell_report list_blocks(const store_file& store, const stored_host* host,
                         dump_range range, const fault_sink& faults) {
  listing result{"blocks",
                 {{"start", "window", kind::tick},
                  {"host", "host", kind::count},
                  {"group", "group", kind::count},
                  {"slots", "slots", kind::count},
                  {"covered", "covered", kind::count},
                  {"columns", "columns", kind::count},
                  {"bytes", "size", kind::bytes}}};
  auto name = tables::names[tables::tier0];
  store.for_each(
      name,
      [&](const lmdb::key& key, std::string_view value) {
        auto start = static_cast<tick>(key.word(0));
        auto number_of_host = static_cast<host_number>(key.word(1) >> 32);
        if (start > range.to)
          return false;
        if (start < range.from
            || (host != nullptr && host->number != number_of_host))
          return true;
        auto group = key.word(1) & 0xffffffff;
        for (auto sealed : unpack_blocks(value)) {
          auto header = open_block_header(sealed);
          if (!header) {
            faults({place_of(name, key), to_text(header.error())});
            return true;
          }
          int64_t covered = 0;
          for (auto& run : header->runs)
            covered += run.to - run.from + 1;
          if (!result.add({start, number(number_of_host), number(group++),
                           number(header->slots), covered,
                           number(header->columns), number(sealed.size())}))
            return false;
        }
        return true;
      },
      faults);
  return {{std::move(result).table()}};
}

shell_report list_journal(const store_file& store, journal_position from,
                          const fault_sink& faults) {
  listing result{"journal",
                 {{"position", "position", kind::count},
                  {"host", "host", kind::count},
                  {"tick", "tick", kind::tick},
                  {"epoch", "epoch", kind::count},
                  {"part", "part", kind::count},
                  {"columns", "columns", kind::count},
                  {"form", "form"},
                  {"bytes", "size", kind::bytes}}};
  each_record(
      store, tables::journal, open_journal_entry,
      [&](const lmdb::key&, const journal_entry& x) {
        auto position = x.first;
        for (auto& item : x.items) {
          auto& header = item.frame->header();
          if (position >= from
              && !result.add({number(position), number(item.host), header.tick,
                              number(header.epoch), number(header.part),
                              number(header.columns),
                              std::string{header.is_key() ? "key" : "delta"},
                              number(item.frame->sealed().size())}))
            return false;
          ++position;
        }
        return true;
      },
      faults);
  return {{std::move(result).table()}};
}

} // namespace tributary
