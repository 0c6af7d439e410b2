#include "store/erase.hpp"

#include "store/tables.hpp"

namespace tributary {

caf::expected<size_t> erase_groups(lmdb::transaction& txn,
                                   lmdb::table_number table, host_number host,
                                   tick start) {
  auto first = tables::block_key(start, host, 0);
  return erase_while(txn, table, first, [&](const lmdb::key& key) {
    return key.word(0) == first.word(0) && key.word(1) >> 32 == host;
  });
}

} // namespace tributary
