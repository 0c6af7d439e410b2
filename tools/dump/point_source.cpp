#include "tools/dump/point_source.hpp"

#include "store/tier_block.hpp"
#include "store/verify.hpp"

namespace tributary {

point_source::point_source(const store_file& from, const stored_host& host,
                           const fault_sink& faults)
    : from_(from), host_(host), faults_(faults), layouts_(from) {
  from.for_each(tables::names[tables::meta],
                [this](const lmdb::key&, std::string_view value) {
                  if (auto meta = open_meta(value))
                    steps_ = meta->steps;
                  return false;
                },
                {});
  if (!has_tiers())
    return;
  auto all = from.tables({});
  for (auto table : {tables::tier1, tables::tier2, tables::tier1_pieces,
                     tables::tier2_pieces}) {
    auto tree = all.find(tables::names[table]);
    if (tree == all.end())
      continue;
    std::string name = tables::names[table];
    page_visitor visitor;
    visitor.entry = [&, table = table](const page_entry& x) {
      auto key = lmdb::key::from_bytes(x.key);
      if (key.word(1) >> 32 == host_.number)
        places_[table][static_cast<tick>(key.word(0))].insert(x.page);
      return true;
    };
    visitor.fault = [&](uint64_t page, const std::string& why) {
      faults_({name + " page " + std::to_string(page), why});
    };
    from.file().walk(tree->second, visitor);
  }
}

std::set<tick> point_source::starts(unsigned tier) const {
  std::set<tick> result;
  auto of = grid(tier);
  // Of tier 2 pieces of tier 1 are the newest points, too.
  for (unsigned i = 1; i <= tier; ++i)
    for (auto table : {tables::blocks_of(i), tables::pieces_of(i)})
      if (auto found = places_.find(table); found != places_.end())
        for (auto& x : found->second)
          if (i == tier || table == tables::pieces_of(i))
            result.insert(of.block_start(x.first));
  return result;
}

tier_table point_source::load(unsigned tier, tick start) {
  auto of = grid(tier);
  auto below = grid(tier - 1);
  tier_table result{start, of.step, of.points()};
  auto end = start + tick{of.span};
  auto has_pieces = [this](unsigned of_tier, tick from) {
    auto found = places_.find(tables::pieces_of(of_tier));
    return found != places_.end() && found->second.count(from) != 0;
  };
  add(tables::blocks_of(tier), start, result);
  for (auto at = start; at < end; at += below.span)
    if (has_pieces(tier, at)) {
      result.clear(at, at + tick{below.span} - 1);
      add(tables::pieces_of(tier), at, result);
    }
  if (tier == 1)
    return result;
  auto window = tick{grid(0).span};
  for (auto block = start; block < end; block += below.span)
    for (auto at = block; at < block + tick{below.span}; at += window)
      if (has_pieces(1, at)) {
        result.clear(block, block + tick{below.span} - 1);
        result.add(coarser(load(1, block), of.step / below.step));
        break;
      }
  return result;
}

void point_source::add(lmdb::table_number table, tick start, tier_table& to) {
  std::vector<uint64_t> buffer;
  std::string name = tables::names[table];
  auto read = [&](const page_entry& x) {
    auto key = lmdb::key::from_bytes(x.key);
    if (static_cast<tick>(key.word(0)) != start
        || key.word(1) >> 32 != host_.number)
      return true;
    auto value = from_.file().value_of(x, buffer);
    if (!value) {
      faults_({place_of(name, key), "its pages are not there"});
      return true;
    }
    auto error = check_record(name, key, *value);
    if (!error) {
      auto columns_of
          = layouts_.get(host_.number, open_tier_header(*value)->layout_hash);
      // Whether it lies on the host's grid, too: else it is none of `to`.
      error = columns_of ? check_tier_group(table, *value, &host_.definition,
                                            steps_, **columns_of)
                         : columns_of.error();
      if (!error)
        error = open_tier_block(*value, **columns_of, {}, to);
    }
    if (error)
      faults_({place_of(name, key), to_text(error)});
    return true;
  };
  auto found = places_.find(table);
  if (found == places_.end())
    return;
  auto pages = found->second.find(start);
  if (pages == found->second.end())
    return;
  std::string why;
  for (auto page : pages->second)
    from_.file().read_leaf(page, read, why);
}

} // namespace tributary
