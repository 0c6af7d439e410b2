#include "tests/store/small_node.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "store/tier_read.hpp"
#include "tests/store/tier_examples.hpp"

namespace tributary::examples {

namespace {

void require(const caf::error& error) {
  if (error)
    throw std::runtime_error{to_text(error)};
}

template <class T>
T value_of(caf::expected<T> x) {
  if (!x)
    throw std::runtime_error{to_text(x.error())};
  return std::move(*x);
}

} // namespace

void host_image::add(const window_table& window) {
  for (auto& c : cells_of(window))
    cells[c.first] = c.second;
  for (size_t slot = 0; slot < window.slots(); ++slot)
    if (window.epochs()[slot] != 0)
      epochs[window.start() + static_cast<tick>(slot)] = window.epochs()[slot];
}

small_node::small_node(std::string path, store_options options)
    : path_(std::move(path)), options_(std::move(options)) {
  open();
}

void small_node::crash() {
  hosts_.clear();
  store_.reset();
  open();
}

host_number small_node::offer(const host_definition& definition) {
  auto number = store_->put_host(definition, {definition.id});
  auto i = hosts_
               .emplace(number, hot_host{store_->hosts().at(number).definition,
                                         store_->durable(number)})
               .first;
  i->second.redefine(store_->hosts().at(number).definition);
  return number;
}

void small_node::define(host_number number, const origin& from) {
  auto& hot = hosts_.at(number);
  require(hot.define(from.run()));
  store_->put_roster(number, *hot.roster_of(from.columns_of().epoch()));
}

bool small_node::take(host_number number, const frame_ptr& x) {
  auto& hot = hosts_.at(number);
  auto applied = hot.apply(*x);
  if (!applied) {
    if (code_of(applied.error()) != ec::need_key)
      require(applied.error());
    return false;
  }
  if (*applied == frame_outcome::duplicate)
    return true;
  note(number, *x, store_->staged_end() + 1, *applied);
  auto epoch = x->header().epoch;
  if (epoch != hot.newest_roster()->epoch()) // the store may have dropped it
    store_->put_roster(number, *hot.roster_of(epoch));
  store_->append({number, x});
  return true;
}

/// What ingest and recovery do with a frame that was taken.
void small_node::note(host_number number, const frame& x,
                      journal_position position, frame_outcome outcome) {
  auto& header = x.header();
  if (header.part == 0 && header.is_key())
    key_positions_[number] = position;
  if (outcome != frame_outcome::late)
    return;
  auto row
      = hosts_.at(number).late_row_at(header, position, key_positions_[number]);
  late_[number].push_back(row);
  store_->put_late(number, std::move(row));
}

void small_node::receive(host_number number, const window_table& window,
                         uint64_t token) {
  auto received
      = examples::receive(store_->hosts().at(number).definition, window);
  hosts_.at(number).add_seen(received.runs);
  store_->put_received(number, std::move(received), token, make_guid(99));
}

void small_node::close(host_number number, tick before) {
  for (auto& x : hosts_.at(number).close_windows(before))
    store_->put_closed(number, x);
}

commit_report small_node::commit(bool prepared_only) {
  auto report = value_of(prepared_only ? store_->commit_prepared(0)
                                       : store_->commit(0));
  for (auto& x : report.stored_windows)
    hosts_.at(x.first).forget(x.second);
  for (auto& x : report.merged) {
    auto& rows = late_[x.host];
    auto& definition = hosts_.at(x.host).definition();
    rows.erase(std::remove_if(rows.begin(), rows.end(),
                              [&](auto& row) {
                                return row->position <= x.position
                                       && definition.window_start(row->tick)
                                              == x.start;
                              }),
               rows.end());
  }
  return report;
}

void small_node::prepare(size_t samples_max) {
  value_of(store_->prepare(samples_max));
}

host_image small_node::visible(host_number number) const {
  std::map<tick, window_table> windows;
  auto& hot = hosts_.at(number);
  auto tables = hot.extract(0, tick_max, {});
  if (auto late = late_.find(number); late != late_.end())
    for (auto& x : late_tables(hot.definition(), late->second, {}))
      tables.push_back(std::move(x));
  for (auto& x : tables) {
    auto known = windows.find(x.start());
    if (known == windows.end())
      known = windows
                  .emplace(x.start(), stored_window(*store_, number, x.start()))
                  .first;
    known->second.merge(x);
  }
  auto result = blocks(number);
  for (auto& kvp : windows) {
    auto& cells = result.cells; // the merged window replaces the stored one
    for (auto i = cells.lower_bound({kvp.first, {}, {}});
         i != cells.end()
         && std::get<0>(i->first) < kvp.first + kvp.second.slots();)
      i = cells.erase(i);
    result.add(kvp.second);
  }
  return result;
}

host_image small_node::blocks(host_number number) const {
  host_image result;
  auto& host = store_->hosts().at(number);
  std::set<tick> starts;
  for (auto& run : host.stored.runs())
    for (auto t = host.definition.window_start(run.from); t <= run.to;
         t += host.definition.window_seconds)
      starts.insert(t);
  for (auto start : starts) {
    auto window = stored_window(*store_, number, start);
    result.add(window);
    for (auto& run : window.coverage_runs())
      if (host.stored.epoch_at(run.from) != run.epoch)
        throw std::runtime_error{"coverage and block differ at "
                                 + std::to_string(run.from)};
  }
  return result;
}

std::string small_node::wrong_points(host_number number) const {
  auto slots = blocks(number).cells;
  tier_cell_map wanted;
  auto txn = value_of(store_->environment()->read());
  layout_cache layouts;
  auto reader = tier_reader::open(txn, layouts,
                                  store_->hosts().at(number).definition.id);
  if (!reader && slots.empty() && code_of(reader.error()) == ec::not_found)
    return {}; // nothing of it was committed so far
  if (!reader)
    require(reader.error());
  for (unsigned tier = 1; tier < tier_count; ++tier) {
    auto grid = reader->grid(tier);
    auto points = value_of(reader->load(tier, {1, 60'000}));
    // Of sums that met the ends of int64 below, as tiers are.
    wanted = tier == 1 ? count_points(slots, grid.step, grid.phase)
                       : count_points(wanted, grid.step, grid.phase);
    auto wrong = difference(cells_of(points), wanted);
    if (!wrong.empty())
      return "tier " + std::to_string(tier) + ": " + wrong;
  }
  return {};
}

void small_node::open() {
  key_positions_.clear();
  late_.clear();
  std::vector<std::pair<journal_position, journal_item>> items;
  store_ = open_store(path_, options_,
                      [&](journal_position p, const journal_item& x) {
                        items.emplace_back(p, x);
                      });
  for (auto& kvp : store_->hosts()) {
    hot_host hot{kvp.second.definition, {}, kvp.second.closed};
    for (auto& run : value_of(store_->rosters(kvp.first)))
      require(hot.define(run));
    hosts_.emplace(kvp.first, std::move(hot));
  }
  for (auto& x : items)
    replay(x.first, x.second);
  while (store_->has_late())
    commit();
  for (auto& kvp : hosts_)
    kvp.second.add_seen(store_->hosts().at(kvp.first).stored.runs());
}

void small_node::replay(journal_position position, const journal_item& item) {
  auto& hot = hosts_.at(item.host);
  auto& header = item.frame->header();
  auto& stored = store_->hosts().at(item.host).stored;
  auto applied = hot.apply(*item.frame, stored);
  if (!applied || *applied == frame_outcome::duplicate)
    return;
  note(item.host, *item.frame, position,
       is_stored(header, stored) ? frame_outcome::fresh : *applied);
}

} // namespace tributary::examples
