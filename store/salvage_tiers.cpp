/// The tiers 1 and 2 of a salvaged store: what of them can be trusted.

#include <algorithm>

#include "store/layout_cache.hpp"
#include "store/salvage_repair.hpp"
#include "store/tables.hpp"
#include "store/tier_block.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

constexpr lmdb::table_number point_tables[] = {
    tables::tier1, tables::tier2, tables::tier1_pieces, tables::tier2_pieces};

host_number host_in(const lmdb::key& key) {
  return static_cast<host_number>(key.word(1) >> 32);
}

tick start_in(const lmdb::key& key) {
  return static_cast<tick>(key.word(0));
}

/// As the points have them; 0 where there are none.
tier_steps steps_in(const lmdb::transaction& txn, const salvage_state& state) {
  tier_steps result{0, 0};
  auto each = [&](unsigned tier, auto f) {
    for (auto table : {tables::blocks_of(tier), tables::pieces_of(tier)}) {
      lmdb::cursor at{txn, table};
      for (auto more = at.first(); more; more = at.next()) {
        auto header = open_tier_header(at.current_value());
        auto host = state.hosts.find(host_in(at.current_key()));
        if (header && host != state.hosts.end())
          f(host->second.definition, *header);
      }
    }
  };
  // A step that does not divide a host's window is less there.
  each(1, [&](auto&, const tier_header& x) {
    result.tier1 = std::max<uint32_t>(result.tier1, x.step);
  });
  if (result.tier1 == 0)
    return result;
  result.tier2 = tier_step_min;
  each(2, [&](const host_definition& host, const tier_header& x) {
    auto below = grid_of(host, {result.tier1, tier_step_min}, 1).step;
    result.tier2 = std::max(result.tier2, x.step / below);
  });
  return result;
}

} // namespace

caf::error restore_steps(salvage_state& state) {
  auto txn = state.store.write();
  if (!txn)
    return txn.error();
  if (txn->get(tables::meta, tables::meta_key()))
    return {};
  auto steps = steps_in(*txn, state);
  if (are_valid(steps) && !state.report.node.empty()) {
    state.steps = steps;
    if (auto error = txn->put(
            tables::meta, tables::meta_key(),
            seal_meta({tables::format_version, state.report.node, steps})))
      return error;
    return txn->commit();
  }
  if (steps.tier1 != 0)
    add_loss(state.report, "tiers 1 and 2",
             "whose they are and the steps of their points");
  for (auto& x : state.hosts) {
    auto& host = x.second;
    auto end = host.definition.window_start(host.stored.newest())
               + tick{host.definition.window_seconds};
    for (auto& since : host.tiers_since)
      since = std::max(since, end);
  }
  return {};
}

caf::expected<std::map<host_number, tier_phase>>
phases_of_points(const salvage_state& state,
                 const std::map<host_number, uint32_t>& windows) {
  std::map<host_number, tier_phase> result;
  if (state.steps.tier1 == 0 || windows.empty())
    return result;
  auto txn = state.store.read();
  if (!txn)
    return std::move(txn.error());
  for (auto table : {tables::tier2, tables::tier1, tables::tier2_pieces}) {
    lmdb::cursor at{*txn, table};
    for (auto more = at.first(); more; more = at.next()) {
      auto number = host_in(at.current_key());
      auto window = windows.find(number);
      if (window == windows.end() || state.hosts.count(number) != 0)
        continue;
      host_definition like;
      like.window_seconds = window->second;
      auto tier = table == tables::tier2 ? 2u : 1u;
      auto span = grid_of(like, state.steps, tier).span;
      result.emplace(number, tier_phase{span, start_in(at.current_key())});
    }
  }
  return result;
}

// -- points -------------------------------------------------------------------

caf::error check_points(salvage_state& state) {
  auto txn = state.store.write();
  if (!txn)
    return txn.error();
  layout_cache layouts;
  for (auto& x : state.hosts)
    x.second.tier_from = {};
  auto check = [&](lmdb::table_number table, const lmdb::key& key,
                   std::string_view sealed) -> caf::error {
    auto host = state.hosts.find(host_in(key));
    if (host == state.hosts.end())
      return make_error(ec::corrupt, "its host is lost");
    if (state.steps.tier1 == 0)
      return make_error(ec::corrupt, "the steps of points are lost");
    auto header = open_tier_header(sealed);
    if (!header)
      return header.error();
    auto columns_of = layouts.get(*txn, host->first, header->layout_hash);
    if (!columns_of)
      return columns_of.error();
    auto& definition = host->second.definition;
    if (auto error = check_tier_group(table, sealed, &definition, state.steps,
                                      **columns_of))
      return error;
    auto tier = tier_of_table(table);
    auto first
        = grid_of(definition, state.steps, tier).block_start(header->start);
    auto& from = host->second.tier_from[tier];
    from = from == 0 ? first : std::min(from, first);
    return {};
  };
  // Pieces are looked for by their first group.
  std::vector<std::pair<lmdb::table_number, lmdb::key>> to_front;
  for (auto table : point_tables) {
    std::pair<tick, host_number> last{-1, 0};
    lmdb::cursor at{*txn, table};
    for (auto more = at.first(); more; more = at.next()) {
      auto key = at.current_key();
      if (auto error = check(table, key, at.current_value())) {
        state.lose_record(table, key, words_of(error));
        continue;
      }
      std::pair<tick, host_number> name{start_in(key), host_in(key)};
      if (name != last && static_cast<uint32_t>(key.word(1)) != 0
          && table == tables::pieces_of(tier_of_table(table)))
        to_front.emplace_back(table, key);
      last = name;
    }
  }
  for (auto& [table, key] : to_front) {
    std::string value{*txn->get(table, key)};
    if (auto erased = txn->erase(table, key); !erased)
      return std::move(erased.error());
    auto front = tables::block_key(start_in(key), host_in(key), 0);
    // One that does not read goes with the others, too late for this one.
    state.erase.erase(std::remove_if(state.erase.begin(), state.erase.end(),
                                     [&, table = table](auto& x) {
                                       return x.first == table
                                              && x.second.bytes()
                                                     == front.bytes();
                                     }),
                      state.erase.end());
    if (auto error = txn->put(table, front, value))
      return error;
  }
  return txn->commit();
}

} // namespace tributary
