#include "tests/store/full_store.hpp"

#include <random>
#include <stdexcept>

#include "schema/real.hpp"
#include "store/hot.hpp"
#include "store/tables.hpp"
#include "store/tier_read.hpp"
#include "tests/schema/random_seed.hpp"

namespace tributary::examples {

namespace {

constexpr tick start = 72'000;
constexpr uint32_t window = 60;
constexpr int windows = 46;
/// The window that the second life begins in.
constexpr int second_life = 25;

store_options full_options() {
  store_options result;
  result.retention.seconds = 0;
  result.steps = full_store_steps;
  return result;
}

host_definition definition_of(uint64_t number) {
  auto result = make_host(number, window);
  result.id = guid::from_words(number, 7'919 * number + 13);
  return result;
}

chart_ptr chart_of(const std::string& id, algorithm kind, size_t dimensions,
                   int64_t multiplier = 1) {
  auto result = std::make_shared<chart>();
  result->id = id;
  for (size_t i = 0; i < dimensions; ++i) {
    auto name = "d" + std::to_string(i);
    result->dimensions.push_back({name, name, kind, multiplier, 10});
  }
  return result;
}

std::vector<chart_ptr> charts_of_life(epoch_number epoch) {
  std::vector<chart_ptr> result{
      chart_of("a.gauge", algorithm::absolute, 3, epoch),
      chart_of("b.rate", algorithm::incremental, 2, 8),
      chart_of("c.share", algorithm::percentage_of_absolute_row, 2),
      chart_of("d.real", algorithm::real, 1),
      make_chart("e.still", {"x", "y"}),
      make_chart("f.idle", {"x", "y", "z", "u"})};
  if (epoch > 1)
    result.push_back(chart_of("g.new", algorithm::absolute, 4));
  return result;
}

class values_of_life {
public:
  values_of_life(epoch_number epoch, std::mt19937_64& random)
      : charts_(charts_of_life(epoch)), random_(random) {
    // nop
  }

  std::vector<int64_t> next() {
    std::vector<int64_t> result;
    for (auto& chart : charts_)
      for (auto& d : chart->dimensions) {
        auto x = static_cast<int64_t>(below(random_, 5000));
        auto is_still = chart->id == "e.still" || chart->id == "f.idle";
        result.push_back(is_still ? 7
                         : d.algorithm == algorithm::real
                             ? ordered_bits(static_cast<double>(x) / 7)
                             : x);
      }
    return result;
  }

private:
  std::vector<chart_ptr> charts_;
  std::mt19937_64& random_;
};

void require(bool condition, const std::string& what) {
  if (!condition)
    throw std::runtime_error(what);
}

void commit(store& to) {
  auto report = to.commit(0);
  require(static_cast<bool>(report),
          report ? std::string{} : to_text(report.error()));
}

void collect(store& to, host_number number, std::mt19937_64& random) {
  auto definition = to.hosts().at(number).definition;
  auto first = definition.window_start(start);
  hot_host hot{definition, {}};
  for (epoch_number epoch : {1u, 2u}) {
    origin from{epoch, charts_of_life(epoch)};
    values_of_life values{epoch, random};
    require(!hot.define(from.run()), "roster");
    to.put_roster(number, from.columns_of());
    auto begin = epoch == 1 ? first : first + second_life * tick{window} + 11;
    auto end = epoch == 1 ? first + second_life * tick{window} - 20
                          : first + windows * tick{window} + 25;
    tick opened = 0; // each window begins with a key frame
    for (auto t = begin; t < end; ++t) {
      if (t % 6 > 1) // the fewer, the more rounds
        continue;
      auto row = full_row(values.next());
      if (t % 5 == 0) {
        row.present[0] &= ~uint64_t{2}; // the second column has gaps
        row.values[1] = 0;
      }
      auto frame = from.seal(t, row, definition.window_start(t) != opened);
      opened = definition.window_start(t);
      require(static_cast<bool>(hot.apply(*frame)), "frame");
      to.append({number, frame});
      for (auto& closed : hot.close_windows(t))
        to.put_closed(number, closed);
      if (t % 60 < 2)
        commit(to);
    }
  }
  auto late = first + 3 * tick{window};
  window_table rows{late, window};
  auto& chart = rows.chart_for(chart_of("b.late", algorithm::absolute, 1), 1);
  set_slot(chart.columns[0], 5, 77, false);
  rows.claim(5, 1);
  put_late(to, number, rows);
  commit(to);
}

void take_in(store& to, host_number number, std::mt19937_64& random) {
  auto definition = to.hosts().at(number).definition;
  auto first = definition.window_start(start);
  for (int i = 0; i < windows; ++i) {
    if (i == 9 || i == 10)
      continue;
    window_table table{first + i * tick{window}, window};
    auto& chart
        = table.chart_for(chart_of("net.in", algorithm::incremental, 2), 4);
    for (size_t slot = i == 20 ? 30 : 0; slot < window; slot += 4) {
      table.claim(slot, 4);
      for (auto& column : chart.columns)
        set_slot(column, slot, static_cast<int64_t>(below(random, 900)),
                 slot == 4);
    }
    to.put_received(number, receive(definition, table), 0, definition.id);
    if (i % 4 == 0)
      commit(to);
  }
  // And one of its own, so that it has windows that are closed.
  origin from{4, {chart_of("net.in", algorithm::incremental, 2)}};
  auto last = first + windows * tick{window};
  to.put_closed(number, close_window(definition, std::move(from), last, window,
                                     [](tick t) {
                                       return std::vector<int64_t>{t % 5, t};
                                     }));
  commit(to);
}

void begin(store& to, host_number number, std::mt19937_64& random) {
  origin from{9, charts_of_life(1)};
  values_of_life values{1, random};
  to.put_roster(number, from.columns_of());
  auto first = start + 7'000;
  for (auto t = first; t < first + 30; ++t)
    to.append({number, from.seal(t, values.next(), t == first)});
  commit(to);
}

} // namespace

void make_full_store(const std::string& path, uint64_t seed) {
  std::mt19937_64 random{seed};
  auto to = open_store(path, full_options());
  std::vector<host_number> numbers;
  for (uint64_t i = 1; i <= 3; ++i) {
    auto definition = definition_of(i);
    numbers.push_back(to->put_host(definition, {definition.id}));
  }
  to->move_cursor(make_guid(91), 0);
  commit(*to);
  collect(*to, numbers[0], random);
  take_in(*to, numbers[1], random);
  begin(*to, numbers[2], random);
  to->move_cursor(make_guid(92), to->journal_end());
  tick_set owed;
  owed.add({start + 100, start + 159});
  to->owe(make_guid(92), numbers[1], owed);
  while (to->has_work() || to->has_tier_work())
    commit(*to);
  for (lmdb::table_number i = 0; i < tables::table_count; ++i)
    require(to->environment()->read()->use_of(i)->entries != 0,
            std::string{"nothing in "} + tables::names[i]);
}

// -- what is seen -------------------------------------------------------------

namespace {

/// Texts by their numbers.
std::vector<std::string>& known_texts() {
  static std::vector<std::string> result;
  return result;
}

uint32_t number_of(const std::string& text) {
  static std::map<std::string, uint32_t> numbers;
  auto [i, is_new] = numbers.emplace(text, known_texts().size());
  if (is_new)
    known_texts().push_back(text);
  return i->second;
}

column_number column_of(host_number host, const chart& of, size_t d,
                        seen_store& to) {
  auto result = number_of("host " + std::to_string(host) + ' ' + of.id + '.'
                          + of.dimensions[d].id);
  to.hosts[result] = host;
  return result;
}

uint32_t scale_of(const chart& of, size_t d) {
  auto& x = of.dimensions[d];
  return number_of(std::to_string(x.multiplier) + '/'
                   + std::to_string(x.divisor) + ':'
                   + std::to_string(static_cast<int>(x.algorithm)) + ' '
                   + std::to_string(of.step));
}

void add_slots(host_number host, const window_table& from, seen_map& to,
               seen_store& of) {
  for (auto& [id, x] : from.charts())
    for (size_t d = 0; d < x.columns.size(); ++d) {
      auto column = column_of(host, *x.chart, d, of);
      auto scale = scale_of(*x.chart, d);
      for (size_t slot = 0; slot < from.slots(); ++slot)
        if (bit_at(x.columns[d].present, slot)) {
          auto value = x.columns[d].values[slot];
          to.insert({{column, from.start() + static_cast<tick>(slot)},
                     {{value, value, value, 1}, scale}});
        }
    }
}

void see_points(const lmdb::transaction& txn, layout_cache& layouts,
                const stored_host& host, unsigned tier, seen_store& to) {
  auto reader = tier_reader::open(txn, layouts, host.definition.id);
  require(static_cast<bool>(reader), "tier reader");
  auto extent = reader->extent(tier);
  auto from = std::max<tick>(extent.from, start - 10'000);
  auto end = std::min<tick>(extent.to, start + 100'000);
  to.grids[tier][host.number] = reader->grid(tier);
  to.extents[tier][host.number] = {from, end - 1};
  if (from >= end)
    return;
  auto points = reader->load(tier, {from, end - 1});
  if (!points) {
    to.errors.push_back(to_text(points.error()));
    return;
  }
  for (auto& [id, x] : points->charts)
    for (size_t d = 0; d < x.columns.size(); ++d) {
      auto& c = x.columns[d];
      auto column = column_of(host.number, *x.chart, d, to);
      for (size_t i = 0; i < points->points(); ++i)
        if (c.count[i] != 0)
          to.points[tier][{column,
                           points->start + static_cast<tick>(i) * points->step}]
              = {{c.min[i], c.max[i], c.sum[i], c.count[i]}, 0};
    }
}

void see_blocks(store& from, layout_cache& layouts, seen_store& to) {
  auto txn = from.environment()->read();
  lmdb::cursor at{*txn, tables::tier0};
  std::pair<tick, host_number> last{-1, 0};
  for (auto more = at.first(); more; more = at.next()) {
    auto key = at.current_key();
    std::pair<tick, host_number> name{
        static_cast<tick>(key.word(0)),
        static_cast<host_number>(key.word(1) >> 32)};
    auto host = from.hosts().find(name.second);
    if (name == last || host == from.hosts().end())
      continue;
    last = name;
    window_table table{name.first, static_cast<uint16_t>(
                                       host->second.definition.window_seconds)};
    if (auto error = load_window(*txn, layouts, name.second, {}, table))
      to.errors.push_back(to_text(error));
    else
      add_slots(name.second, table, to.blocks, to);
  }
  if (auto fault = at.fault())
    to.errors.push_back(to_text(fault));
  for (auto& kvp : from.hosts())
    for (unsigned tier = 1; tier < tier_count; ++tier)
      see_points(*txn, layouts, kvp.second, tier, to);
}

} // namespace

seen_store see_all(const std::string& path) {
  std::vector<journal_item> items;
  auto from = open_store(
      path, full_options(),
      [&](journal_position, const journal_item& x) { items.push_back(x); });
  seen_store result;
  layout_cache layouts;
  see_blocks(*from, layouts, result);
  result.slots = result.blocks;
  for (auto& [number, host] : from->hosts()) {
    hot_host hot{host.definition, {}, host.closed};
    auto rosters = from->rosters(number);
    if (!rosters) {
      result.errors.push_back(to_text(rosters.error()));
      continue;
    }
    for (auto& run : *rosters)
      if (auto error = hot.define(run))
        result.errors.push_back(to_text(error));
    for (auto& item : items)
      if (item.host == number
          && !host.closed.has(
              host.definition.window_start(item.frame->header().tick)))
        if (auto outcome = hot.apply(*item.frame); !outcome)
          result.errors.push_back(to_text(outcome.error()));
    for (auto& table : hot.extract(0, tick_max, {}))
      add_slots(number, table, result.slots, result);
  }
  return result;
}

// -- comparison ---------------------------------------------------------------

namespace {

using place = seen_map::key_type;

std::string text_of(const place& at) {
  return known_texts()[at.first] + " tick " + std::to_string(at.second);
}

std::string text_of(const seen_cell& x) {
  auto& p = x.point;
  return std::to_string(p.min) + ".." + std::to_string(p.max) + " sum "
         + std::to_string(p.sum) + " of " + std::to_string(p.count) + " ("
         + known_texts()[x.scale] + ")";
}

bool is_part(const tier_cell& x, const tier_cell& whole) {
  return x == whole
         || (x.count < whole.count && x.min >= whole.min && x.max <= whole.max);
}

/// Tells of the first few.
class teller {
public:
  void tell(const std::string& what) {
    if (++count_ <= 3)
      text_ += what + '\n';
  }

  std::string take() const {
    return count_ <= 3
               ? text_
               : text_ + "and " + std::to_string(count_ - 3) + " more\n";
  }

private:
  size_t count_ = 0;
  std::string text_;
};

void find_invented(const std::string& what, const seen_map& seen,
                   const seen_map& truth, bool parts, teller& to) {
  for (auto& [at, x] : seen) {
    auto i = truth.find(at);
    if (i == truth.end())
      to.tell(what + text_of(at) + ": " + text_of(x) + ", not nothing");
    else if (parts ? x.scale != i->second.scale
                         || !is_part(x.point, i->second.point)
                   : !(x == i->second))
      to.tell(what + text_of(at) + ": " + text_of(x) + ", not "
              + text_of(i->second));
  }
}

void find_missing(const std::string& what, const seen_map& seen,
                  const seen_map& truth, teller& to) {
  for (auto& [at, x] : truth)
    if (seen.count(at) == 0)
      to.tell(what + text_of(at) + ": nothing, not " + text_of(x));
}

} // namespace

std::string invented(const seen_store& seen, const seen_store& truth,
                     bool parts) {
  teller result;
  find_invented("", seen.slots, truth.slots, false, result);
  find_invented("tier 1 ", seen.points[1], truth.points[1], parts, result);
  find_invented("tier 2 ", seen.points[2], truth.points[2], parts, result);
  return result.take();
}

std::string missing(const seen_store& seen, const seen_store& truth) {
  teller result;
  find_missing("", seen.slots, truth.slots, result);
  find_missing("tier 1 ", seen.points[1], truth.points[1], result);
  find_missing("tier 2 ", seen.points[2], truth.points[2], result);
  return result.take();
}

std::string holes(const seen_store& seen) {
  teller result;
  for (unsigned tier = 1; tier < tier_count; ++tier) {
    std::map<place, int64_t> counts;
    for (auto& kvp : seen.blocks) {
      auto [column, t] = kvp.first;
      auto number = seen.hosts.at(column);
      auto& grid = seen.grids[tier].at(number);
      auto& extent = seen.extents[tier].at(number);
      auto step = static_cast<tick>(grid.step);
      auto first = t - ((t - grid.phase) % step + step) % step;
      if (first >= extent.from && first + step - 1 <= extent.to)
        ++counts[{column, first}];
    }
    for (auto& [at, count] : counts) {
      auto i = seen.points[tier].find(at);
      auto has = i == seen.points[tier].end() ? 0 : i->second.point.count;
      if (has < count)
        result.tell("tier " + std::to_string(tier) + ' ' + text_of(at) + ": of "
                    + std::to_string(has) + ", blocks have "
                    + std::to_string(count));
    }
  }
  return result.take();
}

} // namespace tributary::examples
