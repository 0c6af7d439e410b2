#include "store/tier_load.hpp"

#include "store/tables.hpp"

namespace tributary {

std::string tier_place(lmdb::table_number table, const lmdb::key& key) {
  return std::string{tables::names[table]} + " host "
         + std::to_string(key.word(1) >> 32) + " start "
         + std::to_string(static_cast<tick>(key.word(0))) + " group "
         + std::to_string(key.word(1) & UINT32_MAX) + ": ";
}

caf::error
for_each_tier_group(const tier_source& from, lmdb::table_number table,
                    tick start,
                    const std::function<caf::error(stored_tier_group)>& f,
                    std::vector<std::string>* damaged) {
  auto read = [&](const lmdb::key& key, std::string_view sealed) -> caf::error {
    auto header = open_tier_header(sealed);
    if (!header)
      return header.error();
    auto columns_of
        = from.layouts.get(from.txn, from.host, header->layout_hash);
    if (!columns_of)
      return columns_of.error();
    return f({key, sealed, std::move(*columns_of)});
  };
  lmdb::cursor at{from.txn, table};
  auto more = at.seek(tables::block_key(start, from.host, 0));
  for (; more; more = at.next()) {
    auto key = at.current_key();
    if (key.word(0) != static_cast<uint64_t>(start)
        || key.word(1) >> 32 != from.host)
      break;
    auto error = read(key, at.current_value());
    if (!error)
      continue;
    auto text = tier_place(table, key) + to_text(error);
    if (damaged == nullptr)
      return make_error(code_of(error), std::move(text));
    damaged->push_back(std::move(text));
  }
  return {};
}

caf::error add_tier_block(const tier_source& from, unsigned tier, tick start,
                          chart_range which, tier_table& to) {
  return for_each_tier_group(from, tables::blocks_of(tier), start,
                             [&](stored_tier_group x) -> caf::error {
                               if (!which.touches(*x.columns_of))
                                 return {};
                               return open_tier_block(
                                   x.sealed, *x.columns_of, which, to,
                                   from.layouts.payloads.get());
                             });
}

caf::error add_tier_piece(const tier_source& from, unsigned tier, tick start,
                          chart_range which, tier_table& to) {
  auto is_first = true;
  return for_each_tier_group(
      from, tables::pieces_of(tier), start,
      [&](stored_tier_group x) -> caf::error {
        if (is_first) {
          auto header = open_tier_header(x.sealed);
          if (!header)
            return header.error();
          to.clear(start, start + header->points * tick{header->step} - 1);
        } else if (!which.touches(*x.columns_of)) {
          return {};
        }
        is_first = false;
        return open_tier_block(x.sealed, *x.columns_of, which, to,
                               from.layouts.payloads.get());
      });
}

bool has_tier_piece(const lmdb::transaction& txn, unsigned tier,
                    host_number host, tick start) {
  return txn.get(tables::pieces_of(tier), tables::block_key(start, host, 0))
      .has_value();
}

} // namespace tributary
