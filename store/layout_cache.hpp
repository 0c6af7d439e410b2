#pragma once

/// Layouts of blocks by host and hash, read from the store once.

#include <map>
#include <memory>
#include <utility>

#include <caf/expected.hpp>

#include "schema/definition.hpp"
#include "store/lmdb.hpp"
#include "store/payload_cache.hpp"

namespace tributary {

/// Layouts that were read lately: a layout never changes under its hash, and a
/// long query meets the same few in every window. One a thread.
class layout_cache {
public:
  caf::expected<std::shared_ptr<const layout>>
  get(const lmdb::transaction& txn, host_number host, const content_hash& hash);

  /// Payloads of blocks go here too; null: they don't.
  std::unique_ptr<payload_cache> payloads;

  /// Beyond this it is emptied: 128 columns of 100 bytes each, about 50 MiB.
  static constexpr size_t entries_max = 4096;

private:
  std::map<std::pair<host_number, content_hash>, std::shared_ptr<const layout>>
      entries_;
};

} // namespace tributary
