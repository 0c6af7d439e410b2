#include "store/salvage_places.hpp"

#include "store/block.hpp"
#include "store/packed_blocks.hpp"
#include "store/tables.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

constexpr lmdb::table_number tables_of_blocks[]
    = {tables::tier0, tables::tier1, tables::tier2, tables::tier1_pieces,
       tables::tier2_pieces};

host_number host_in(const lmdb::key& key) {
  return static_cast<host_number>(key.word(1) >> 32);
}

/// The layout of a group of any table of blocks.
std::optional<content_hash> layout_hash_in(std::string_view value) {
  if (auto header = open_block_header(value))
    return header->layout_hash;
  if (auto header = open_tier_header(value))
    return header->layout_hash;
  return std::nullopt;
}

/// Points that are of `span` seconds, begun or whole.
bool has_points_of(const tier_header& header, uint32_t span) {
  return header.points == (span + header.step - 1) / header.step;
}

} // namespace

std::optional<lmdb::table_number> guess_table(const lmdb::key& key,
                                              std::string_view value) {
  // Strict ones first: a cursor is anything of its size.
  static constexpr tables::table order[]
      = {tables::tier0,   tables::hosts, tables::rosters, tables::layouts,
         tables::journal, tables::owed,  tables::meta,    tables::cursors};
  for (auto x : order) {
    if (x == tables::meta && key.word(0) != 0)
      continue;
    auto of_cursor = seal_cursor(1).size();
    if (x == tables::cursors && value.size() != of_cursor
        && value.size() != of_cursor - sizeof(uint64_t))
      continue;
    if (!check_record(tables::names[x], key, value))
      return x;
  }
  return std::nullopt;
}

bool looks_like_points(const lmdb::key& key, std::string_view value) {
  return !check_record(tables::names[tables::tier1], key, value);
}

bool block_places::load() {
  if (is_loaded_)
    return true;
  auto txn = store_.read();
  if (!txn)
    return false;
  is_loaded_ = true;
  if (auto sealed = txn->get(tables::meta, tables::meta_key()))
    if (auto meta = open_meta(*sealed))
      steps_ = meta->steps;
  lmdb::cursor host{*txn, tables::hosts};
  for (auto more = host.first(); more; more = host.next())
    if (auto x = open_host(host.current_value()))
      hosts_[x->number] = x->definition;
  lmdb::cursor at{*txn, tables::layouts};
  for (auto more = at.first(); more; more = at.next()) {
    auto key = at.current_key();
    auto number = static_cast<host_number>(key.word(0));
    content_hash hash{key.word(1), key.word(2)};
    auto x = open_layout(at.current_value());
    if (!x || x->charts.empty())
      continue;
    hosts_of_[hash].insert(number);
    layouts_[{number, hash}] = {x->charts.front()->id, x->charts.back()->id};
  }
  for (auto table : tables_of_blocks) {
    lmdb::cursor block{*txn, table};
    for (auto more = block.first(); more; more = block.next())
      add({table, block.current_key()}, block.current_value());
  }
  return true;
}

void block_places::add(const place& at, std::string_view value) {
  auto sealed = at.table == tables::tier0
                    ? value.substr(0, message_bytes(value))
                    : value;
  if (auto hash = layout_hash_in(sealed))
    groups_[{at.table, static_cast<tick>(at.key.word(0)), host_in(at.key)}]
           [static_cast<uint32_t>(at.key.word(1))]
        = *hash;
}

std::optional<lmdb::table_number>
block_places::table_of(host_number host, const tier_header& header) const {
  auto i = hosts_.find(host);
  if (i == hosts_.end() || steps_.tier1 == 0)
    return std::nullopt;
  for (unsigned tier = 1; tier < tier_count; ++tier) {
    auto grid = grid_of(i->second, steps_, tier);
    auto below = grid_of(i->second, steps_, tier - 1);
    if (header.step != grid.step)
      continue;
    if (has_points_of(header, below.span)
        && below.block_start(header.start) == header.start)
      return tables::pieces_of(tier);
    if (has_points_of(header, grid.span)
        && grid.block_start(header.start) == header.start)
      return tables::blocks_of(tier);
  }
  return std::nullopt;
}

/// Whether the group can be of the host; where it would be.
bool block_places::fits_window(host_number host, std::string_view value,
                               lmdb::table_number& table, tick& start) const {
  auto i = hosts_.find(host);
  if (i == hosts_.end())
    return false;
  if (auto header = open_block_header(value)) {
    table = tables::tier0;
    start = header->start;
    return i->second.window_seconds == header->slots
           && i->second.window_start(start) == start;
  }
  auto header = open_tier_header(value);
  auto found = header ? table_of(host, *header) : std::nullopt;
  if (!found)
    return false;
  table = *found;
  start = header->start;
  return true;
}

std::optional<block_places::place>
block_places::place_of(std::string_view value) {
  auto hash = layout_hash_in(value);
  if (!hash || !load())
    return std::nullopt;
  host_number found = 0;
  lmdb::table_number table = tables::tier0;
  tick start = 0;
  for (auto host : hosts_of_[*hash]) {
    lmdb::table_number its_table = tables::tier0;
    tick its_start = 0;
    if (!fits_window(host, value, its_table, its_start))
      continue;
    if (found != 0)
      return std::nullopt;
    found = host;
    table = its_table;
    start = its_start;
  }
  if (found == 0 || is_taken(table, start, found, *hash))
    return std::nullopt;
  uint32_t free = 0;
  for (auto& x : groups_[{table, start, found}])
    if (x.first == free)
      ++free;
  return place{table, tables::block_key(start, found, free)};
}

std::optional<block_places::place>
block_places::place_of_points(const lmdb::key& key, std::string_view value) {
  auto header = open_tier_header(value);
  auto host = host_in(key);
  if (!header || !load())
    return std::nullopt;
  auto table = table_of(host, *header);
  if (!table || is_taken(*table, header->start, host, header->layout_hash))
    return std::nullopt;
  return place{*table, key};
}

bool block_places::is_taken(lmdb::table_number table, tick start,
                            host_number host,
                            const content_hash& layout_hash) const {
  auto ids = layouts_.find({host, layout_hash});
  auto overlaps = [&](lmdb::table_number in, tick from) {
    auto i = groups_.find({in, from, host});
    if (i == groups_.end())
      return false;
    for (auto& x : i->second) {
      if (x.second == layout_hash)
        return true;
      auto other = layouts_.find({host, x.second});
      // Windows join their groups, whatever charts those share.
      if (in != tables::tier0 && ids != layouts_.end()
          && other != layouts_.end()
          && ids->second.first <= other->second.second
          && other->second.first <= ids->second.second)
        return true;
    }
    return false;
  };
  if (overlaps(table, start))
    return true;
  if (table != tables::tier1_pieces && table != tables::tier2_pieces)
    return false;
  auto tier = tier_of_table(table);
  auto grid = grid_of(hosts_.at(host), steps_, tier);
  return overlaps(tables::blocks_of(tier), grid.block_start(start));
}

} // namespace tributary
