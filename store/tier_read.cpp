#include "store/tier_read.hpp"

#include <algorithm>

#include "store/tables.hpp"

namespace tributary {

namespace {

tick round_up(tick x, tick from, tick step) {
  auto offset = (x - from) % step;
  return offset == 0 ? x : x + step - (offset < 0 ? offset + step : offset);
}

tick end_of(const tier_table& x) {
  return x.start + static_cast<tick>(x.points()) * x.step;
}

} // namespace

caf::expected<tier_reader> tier_reader::open(const lmdb::transaction& txn,
                                             layout_cache& layouts,
                                             const guid& host) {
  auto sealed_meta = txn.get(tables::meta, tables::meta_key());
  auto sealed_host = txn.get(tables::hosts, tables::host_key(host));
  if (!sealed_meta || !sealed_host)
    return make_error(ec::not_found, "host " + to_string(host));
  auto meta = open_meta(*sealed_meta);
  if (!meta)
    return std::move(meta.error());
  auto record = open_host(*sealed_host);
  if (!record)
    return std::move(record.error());
  tier_reader result{txn, layouts};
  for (unsigned tier = 0; tier < tier_count; ++tier)
    result.grids_[tier] = grid_of(record->definition, meta->steps, tier);
  result.host_ = std::move(*record);
  return result;
}

tier_extent tier_reader::extent(unsigned tier) const {
  auto from = host_.tier_from[tier];
  if (from == 0 || host_.closed.to == 0)
    return {};
  return {std::max(from, host_.tiers_since[tier]), host_.closed.to};
}

caf::expected<tier_table> tier_reader::load(unsigned tier, tick_range ticks,
                                            std::string_view only_chart) const {
  auto& of = grids_[tier];
  auto step = static_cast<tick>(of.step);
  auto end = round_up(ticks.to + 1, of.phase, step);
  auto start = round_up(ticks.from - step + 1, of.phase, step);
  tier_table result{start, of.step,
                    static_cast<size_t>(std::max<tick>(0, end - start) / step)};
  if (auto error = add_stored(tier, {only_chart, only_chart}, result))
    return error;
  if (tier == 2)
    if (auto error = add_from_below(only_chart, result))
      return error;
  for (auto i = result.charts.begin(); i != result.charts.end();) {
    auto has_values = [](auto& column) {
      return std::any_of(column.count.begin(), column.count.end(),
                         [](auto count) { return count != 0; });
    };
    auto& columns = i->second.columns;
    i = std::any_of(columns.begin(), columns.end(), has_values)
            ? std::next(i)
            : result.charts.erase(i);
  }
  return result;
}

tick_range tier_reader::piece_starts(unsigned tier) const {
  lmdb::cursor at{*txn_, tables::pieces_of(tier)};
  if (!at.first())
    return {1, 0};
  tick_range result;
  result.from = static_cast<tick>(at.current_key().word(0));
  at.last();
  result.to = static_cast<tick>(at.current_key().word(0));
  return result;
}

caf::error tier_reader::add_stored(unsigned tier, chart_range which,
                                   tier_table& to) const {
  auto end = end_of(to);
  auto& grid = grids_[tier];
  for (auto start = grid.block_start(to.start); start < end; start += grid.span)
    if (auto error = add_tier_block(source(), tier, start, which, to))
      return error;
  auto& below = grids_[tier - 1];
  auto pieces = piece_starts(tier);
  auto start = below.block_start(std::max(to.start, pieces.from));
  for (; start < end && start <= pieces.to; start += below.span)
    if (has_tier_piece(*txn_, tier, host_.number, start))
      if (auto error = add_tier_piece(source(), tier, start, which, to))
        return error;
  return {};
}

/// Points of blocks of tier 1 that have pieces are made of those: the ones of
/// tier 2 are not there yet, or older.
caf::error tier_reader::add_from_below(std::string_view only_chart,
                                       tier_table& to) const {
  auto& windows = grids_[0];
  auto& blocks = grids_[1];
  auto pieces = piece_starts(1);
  auto end = end_of(to);
  tick done_to = 0;
  auto start = windows.block_start(std::max(to.start, pieces.from));
  for (; start < end && start <= pieces.to; start += windows.span) {
    if (start < done_to || !has_tier_piece(*txn_, 1, host_.number, start))
      continue;
    auto block = blocks.block_start(start);
    done_to = block + blocks.span;
    auto points = load(1, {block, done_to - 1}, only_chart);
    if (!points)
      return points.error();
    to.clear(block, done_to - 1);
    to.add(coarser(*points, to.step / points->step));
  }
  return {};
}

} // namespace tributary
