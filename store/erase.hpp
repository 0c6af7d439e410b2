#pragma once

/// Runs of neighbouring entries that go together.

#include <caf/expected.hpp>

#include "schema/types.hpp"
#include "store/lmdb.hpp"

namespace tributary {

/// Erases from `first` on while `belongs` holds for the key; how many went.
template <class Predicate>
caf::expected<size_t> erase_while(lmdb::transaction& txn,
                                  lmdb::table_number table,
                                  const lmdb::key& first, Predicate belongs) {
  lmdb::cursor at{txn, table};
  size_t result = 0;
  auto more = at.seek(first);
  while (more && belongs(at.current_key())) {
    if (auto error = at.erase())
      return error;
    ++result;
    more = at.next();
  }
  if (auto fault = at.fault())
    return fault;
  return result;
}

/// Erases all groups of a block or piece; how many entries they had.
caf::expected<size_t> erase_groups(lmdb::transaction& txn,
                                   lmdb::table_number table, host_number host,
                                   tick start);

} // namespace tributary
