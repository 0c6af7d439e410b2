/// Points of a salvaged store made anew, where the tier below has more than
/// what is left of them.

#include <algorithm>

#include "store/erase.hpp"
#include "store/salvage_repair.hpp"
#include "store/store.hpp"
#include "store/tier_read.hpp"

namespace tributary {

namespace {

/// Written in one transaction.
constexpr size_t batch_bytes = size_t{16} << 20;

/// Unpacked blocks of points: one is asked for once for each of its windows.
constexpr size_t cache_bytes = size_t{64} << 20;

bool has_values(const tier_column& x) {
  return std::any_of(x.count.begin(), x.count.end(),
                     [](auto count) { return count != 0; });
}

bool is_same(const tier_column& x, const tier_column& y) {
  return x.min == y.min && x.max == y.max && x.sum == y.sum
         && x.count == y.count;
}

/// Whether `points` has every value of `wanted`. Both are of the same ticks.
bool has_all(const tier_table& points, const tier_table& wanted) {
  for (auto& [id, chart] : wanted.charts) {
    auto i = points.charts.find(id);
    for (size_t d = 0; d < chart.columns.size(); ++d) {
      if (i == points.charts.end()) {
        if (has_values(chart.columns[d]))
          return false;
        continue;
      }
      auto at
          = dimension_index(*i->second.chart, chart.chart->dimensions[d].id);
      if (at == i->second.columns.size()
              ? has_values(chart.columns[d])
              : !is_same(i->second.columns[at], chart.columns[d]))
        return false;
    }
  }
  return true;
}

class point_restorer {
public:
  explicit point_restorer(salvage_state& state) : state_(state) {
    layouts_.payloads = std::make_unique<payload_cache>(cache_bytes);
  }

  caf::error run() {
    if (auto error = restore_tier1())
      return error;
    if (auto error = restore_tier2())
      return error;
    return write_hosts();
  }

private:
  using block_name = std::pair<tick, host_number>;

  /// Names of what a table has, in order.
  caf::expected<std::vector<block_name>> blocks_in(lmdb::table_number table) {
    auto txn = state_.store.read();
    if (!txn)
      return std::move(txn.error());
    std::vector<block_name> result;
    lmdb::cursor at{*txn, table};
    for (auto more = at.first(); more; more = at.next()) {
      auto key = at.current_key();
      block_name name{static_cast<tick>(key.word(0)),
                      static_cast<host_number>(key.word(1) >> 32)};
      if (result.empty() || result.back() != name)
        result.push_back(name);
    }
    return result;
  }

  caf::error restore_tier1() {
    auto windows = blocks_in(tables::tier0);
    if (!windows)
      return windows.error();
    for (auto& [start, number] : *windows) {
      auto& host = state_.hosts.at(number);
      auto end = start + tick{host.definition.window_seconds};
      if (end <= host.tiers_since[1])
        continue;
      auto txn = state_.store.read();
      if (!txn)
        return txn.error();
      window_table window{
          start, static_cast<uint16_t>(host.definition.window_seconds)};
      if (auto error = load_window(*txn, layouts_, number, {}, window))
        return error;
      auto wanted
          = tier_of(window, grid_of(host.definition, state_.steps, 1).step);
      auto error = complete(*txn, host, 1, {start, end - 1}, std::move(wanted));
      if (error)
        return error;
    }
    return flush();
  }

  /// Blocks of tier 1 with pieces are read as those of tier 2, too.
  caf::error restore_tier2() {
    auto blocks = blocks_in(tables::tier1);
    if (!blocks)
      return blocks.error();
    for (auto& [start, number] : *blocks) {
      auto& host = state_.hosts.at(number);
      auto grid = grid_of(host.definition, state_.steps, 1);
      auto above = grid_of(host.definition, state_.steps, 2);
      auto end = start + tick{grid.span};
      if (end <= host.tiers_since[2])
        continue;
      auto txn = state_.store.read();
      if (!txn)
        return txn.error();
      auto has_pieces = false;
      for (auto at = start; at < end; at += host.definition.window_seconds)
        has_pieces = has_pieces || has_tier_piece(*txn, 1, number, at);
      if (has_pieces)
        continue;
      auto tiers = tier_reader::open(*txn, layouts_, host.definition.id);
      auto below = tiers ? tiers->load(1, {start, end - 1})
                         : caf::expected<tier_table>{tiers.error()};
      if (!below)
        return std::move(below.error());
      auto error = complete(*txn, host, 2, {start, end - 1},
                            coarser(*below, above.step / grid.step));
      if (error)
        return error;
    }
    return flush();
  }

  /// Writes a piece where a tier lacks points of `wanted` or has others. What
  /// it has of charts that are lost below stays.
  caf::error complete(const lmdb::transaction& txn, stored_host& host,
                      unsigned tier, tick_range ticks, tier_table wanted) {
    auto tiers = tier_reader::open(txn, layouts_, host.definition.id);
    if (!tiers)
      return std::move(tiers.error());
    auto there = tiers->load(tier, ticks);
    if (!there)
      return std::move(there.error());
    if (has_all(*there, wanted))
      return {};
    there->add(wanted);
    size_t bytes = 0;
    auto groups = seal_tier(*there, host.definition.group_columns, names_);
    for (auto& x : groups)
      bytes += x.block.size() + x.layout.size();
    pending_.push_back({host.number, tier, ticks.from, std::move(groups)});
    pending_bytes_ += bytes;
    ++state_.report.points_restored;
    auto grid = grid_of(host.definition, state_.steps, tier);
    auto& from = host.tier_from[tier];
    auto first = grid.block_start(ticks.from);
    from = from == 0 ? first : std::min(from, first);
    return pending_bytes_ > batch_bytes ? flush() : caf::error{};
  }

  caf::error flush() {
    if (pending_.empty())
      return {};
    auto txn = state_.store.write();
    if (!txn)
      return txn.error();
    for (auto& piece : pending_) {
      auto table = tables::pieces_of(piece.tier);
      auto erased = erase_groups(*txn, table, piece.host, piece.start);
      if (!erased)
        return std::move(erased.error());
      uint32_t number = 0;
      for (auto& group : piece.groups) {
        auto layout_key = tables::layout_key(piece.host, group.layout_hash);
        auto key = tables::block_key(piece.start, piece.host, number++);
        if (!txn->get(tables::layouts, layout_key))
          if (auto error = txn->put(tables::layouts, layout_key, group.layout))
            return error;
        if (auto error = txn->put(table, key, group.block))
          return error;
      }
    }
    pending_.clear();
    pending_bytes_ = 0;
    return txn->commit();
  }

  caf::error write_hosts() {
    if (state_.report.points_restored == 0)
      return {};
    auto txn = state_.store.write();
    if (!txn)
      return txn.error();
    for (auto& x : state_.hosts)
      if (auto error
          = txn->put(tables::hosts, tables::host_key(x.second.definition.id),
                     seal_host(x.second)))
        return error;
    return txn->commit();
  }

  struct piece {
    host_number host;
    unsigned tier;
    tick start;
    std::vector<sealed_group> groups;
  };

  salvage_state& state_;
  layout_cache layouts_;
  layout_names names_;
  std::vector<piece> pending_;
  size_t pending_bytes_ = 0;
};

} // namespace

caf::error restore_points(salvage_state& state) {
  auto is_whole = state.report.is_whole && state.report.lost_count == 0;
  if (state.steps.tier1 == 0 || is_whole)
    return {};
  return point_restorer{state}.run();
}

} // namespace tributary
