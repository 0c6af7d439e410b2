#pragma once

/// Where a file's layouts are, so that blocks can be read without all of them
/// in memory.

#include <map>
#include <memory>
#include <utility>

#include <caf/expected.hpp>

#include "schema/definition.hpp"
#include "store/store_file.hpp"

namespace tributary {

class layout_index {
public:
  /// Notes the places of all layouts: about 100 bytes each. The file must live
  /// as long as this.
  explicit layout_index(const store_file& from);

  /// The layout of a host, read when it was not lately. Yields
  /// `ec::unknown_layout` and `ec::corrupt`.
  caf::expected<std::shared_ptr<const layout>> get(host_number host,
                                                   const content_hash& hash);

  /// Beyond this what was read is forgotten: about 12 MiB.
  static constexpr size_t cached_max = 1024;

private:
  using name = std::pair<host_number, content_hash>;

  const store_file& from_;
  /// The leaf page that has the entry.
  std::map<name, uint64_t> pages_;
  std::map<name, std::shared_ptr<const layout>> cached_;
};

} // namespace tributary
