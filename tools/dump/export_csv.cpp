#include "tools/dump/export_csv.hpp"

#include <cerrno>
#include <cinttypes>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "actors/storage/queries.hpp"
#include "store/hot.hpp"
#include "store/late_row.hpp"
#include "store/layout_index.hpp"
#include "store/packed_blocks.hpp"
#include "store/verify.hpp"
#include "tools/dump/point_source.hpp"

namespace tributary {

namespace {

/// Quotes a text where it needs it.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos)
    return text;
  std::string result = "\"";
  for (auto c : text)
    result += c == '"' ? std::string{"\"\""} : std::string{c};
  return result + "\"";
}

bool has_slot(const window_column& column, size_t slot) {
  return (column.present[slot / 64] >> slot % 64 & 1) != 0;
}

class csv_writer {
public:
  csv_writer(const csv_options& options, FILE* to)
      : options_(options), to_(to) {
    fputs(options.tier == 0 ? "time,chart,dimension,value\n"
                            : "time,chart,dimension,min,max,sum,count\n",
          to_);
  }

  /// The slots from `from` on that are in range, chart by chart.
  void write(const window_table& window, tick from) {
    for (auto& x : window.charts())
      if (options_.charts.matches(x.first))
        write_chart(window, x.second, std::max(from, options_.range.from));
  }

  void write(const tier_table& points) {
    for (auto& [id, chart] : points.charts)
      if (options_.charts.matches(id))
        for (size_t d = 0; d < chart.columns.size(); ++d)
          write_points(points, chart, d);
  }

private:
  void write_points(const tier_table& points, const tier_chart& chart,
                    size_t dimension) {
    auto& of = *chart.chart;
    auto& column = chart.columns[dimension];
    auto name = field(of.id) + "," + field(of.dimensions[dimension].id);
    for (size_t i = 0; i < points.points(); ++i) {
      auto t = points.start + static_cast<tick>(i) * points.step;
      if (column.count[i] == 0 || t < options_.range.from
          || t > options_.range.to)
        continue;
      fprintf(to_, "%" PRId64 ",%s,", t, name.c_str());
      if (options_.raw) {
        fprintf(to_, "%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\n",
                column.min[i], column.max[i], column.sum[i], column.count[i]);
        continue;
      }
      auto x = shown_point(of, dimension, column, i);
      fprintf(to_, "%.10g,%.10g,%.10g,%" PRId64 "\n", x.min, x.max, x.sum,
              x.count);
    }
  }

  void write_chart(const window_table& window, const window_chart& chart,
                   tick from) {
    auto& of = *chart.chart;
    std::vector<std::string> names;
    for (auto& d : of.dimensions)
      names.push_back(field(of.id) + "," + field(d.id));
    std::vector<int64_t> stored(names.size());
    std::vector<bool> present(names.size());
    for (size_t slot = 0; slot < window.slots(); ++slot) {
      auto t = window.start() + static_cast<tick>(slot);
      if (t < from || t > options_.range.to || window.epochs()[slot] == 0)
        continue;
      bool any = false;
      for (size_t i = 0; i < names.size(); ++i) {
        present[i] = has_slot(chart.columns[i], slot);
        stored[i] = chart.columns[i].values[slot];
        any = any || present[i];
      }
      if (any)
        write_row(of, t, names, stored, present);
    }
  }

  void write_row(const chart& of, tick t, const std::vector<std::string>& names,
                 const std::vector<int64_t>& stored,
                 const std::vector<bool>& present) {
    if (!options_.raw)
      shown_values(of, stored, present, shown_);
    for (size_t i = 0; i < names.size(); ++i)
      if (!present[i])
        continue;
      else if (options_.raw)
        fprintf(to_, "%" PRId64 ",%s,%" PRId64 "\n", t, names[i].c_str(),
                stored[i]);
      else
        fprintf(to_, "%" PRId64 ",%s,%.10g\n", t, names[i].c_str(), shown_[i]);
  }

  const csv_options& options_;
  FILE* to_;
  std::vector<double> shown_;
};

/// What the journal has beyond blocks.
struct journal_rows {
  hot_host open;
  /// By start of their window, which is closed: they rest until the store
  /// merges them, or have been merged.
  std::map<tick, std::vector<late_row_ptr>> late;

  caf::error apply(const frame& sealed, const stored_host& host) {
    auto outcome = open.apply(sealed, host.stored);
    auto& header = sealed.header();
    auto in_block = is_stored(header, host.stored);
    // The first entry may begin with deltas whose key frame is trimmed.
    if (!outcome && in_block && code_of(outcome.error()) == ec::need_key)
      return {};
    if (!outcome)
      return outcome.error();
    if (*outcome == frame_outcome::late && !in_block)
      late[host.definition.window_start(header.tick)].push_back(
          std::make_shared<const late_row>(open.late_row_of(header)));
    return {};
  }
};

journal_rows read_journal(const store_file& store, const stored_host& host,
                          const fault_sink& faults) {
  journal_rows result{hot_host{host.definition, {}, host.closed}, {}};
  auto rosters = tables::names[tables::rosters];
  store.for_each(
      rosters,
      [&](const lmdb::key& key, std::string_view value) {
        if (key.word(0) != host.number)
          return true;
        auto run = open_roster(value);
        auto error = run ? result.open.define(*run) : run.error();
        if (error)
          faults({place_of(rosters, key), to_text(error)});
        return true;
      },
      faults);
  auto name = tables::names[tables::journal];
  store.for_each(
      name,
      [&](const lmdb::key& key, std::string_view value) {
        auto entry = open_journal_entry(value);
        if (!entry) {
          faults({place_of(name, key), to_text(entry.error())});
          return true;
        }
        for (auto& item : entry->items)
          if (item.host == host.number)
            if (auto error = result.apply(*item.frame, host))
              faults({place_of(name, key), to_text(error)});
        return true;
      },
      faults);
  return result;
}

/// Windows that the journal has rows of are written whole, others block by
/// block. An open one may have blocks too: those that came as history.
void write_samples(const store_file& store, const stored_host& host,
                   const csv_options& options, const journal_rows& journal,
                   csv_writer& to, const fault_sink& faults) {
  layout_index layouts{store};
  std::map<tick, window_table> whole;
  for (auto& x :
       journal.open.extract(options.range.from, options.range.to, {})) {
    auto start = x.start();
    whole.emplace(start, std::move(x));
  }
  for (auto& kvp : journal.late)
    whole.emplace(kvp.first,
                  window_table{kvp.first, static_cast<uint16_t>(
                                              host.definition.window_seconds)});
  auto name = tables::names[tables::tier0];
  auto read = [&](std::string_view value) -> caf::error {
    auto header = open_block_header(value);
    if (!header)
      return header.error();
    if (header->start + header->slots <= options.range.from)
      return {};
    auto columns_of = layouts.get(host.number, header->layout_hash);
    if (!columns_of)
      return columns_of.error();
    if (auto x = whole.find(header->start); x != whole.end())
      return open_block(value, **columns_of, x->second);
    window_table window{header->start, header->slots};
    if (auto error = open_block(value, **columns_of, window))
      return error;
    to.write(window, 0);
    return {};
  };
  store.for_each(
      name,
      [&](const lmdb::key& key, std::string_view value) {
        if (static_cast<tick>(key.word(0)) > options.range.to)
          return false;
        if (key.word(1) >> 32 == host.number)
          for (auto sealed : unpack_blocks(value))
            if (auto error = read(sealed))
              faults({place_of(name, key), to_text(error)});
        return true;
      },
      faults);
  for (auto& [start, window] : whole) {
    if (auto late = journal.late.find(start); late != journal.late.end())
      for (auto& rows : late_tables(host.definition, late->second, {}))
        window.merge(rows);
    to.write(window, 0);
  }
}

caf::error write_points(const store_file& store, const stored_host& host,
                        const csv_options& options, csv_writer& to,
                        const fault_sink& faults) {
  point_source points{store, host, faults};
  if (!points.has_tiers())
    return make_error(ec::not_found, "the store has no tiers 1 and 2");
  auto span = grid_of(host.definition, points.steps(), options.tier).span;
  for (auto start : points.starts(options.tier))
    if (start <= options.range.to && start + tick{span} > options.range.from)
      to.write(points.load(options.tier, start));
  return {};
}

} // namespace

caf::error export_csv(const store_file& store, const stored_host& host,
                      const csv_options& options, FILE* to,
                      const fault_sink& faults) {
  csv_writer writer{options, to};
  if (options.tier != 0) {
    if (auto error = write_points(store, host, options, writer, faults))
      return error;
  } else {
    auto journal = read_journal(store, host, faults);
    write_samples(store, host, options, journal, writer, faults);
  }
  if (fflush(to) != 0 || ferror(to) != 0)
    return make_error(ec::file_unusable,
                      std::string{"can't be written: "} + strerror(errno));
  return {};
}

} // namespace tributary
