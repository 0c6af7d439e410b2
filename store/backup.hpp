#pragma once

/// Copies of a whole store into a folder of their own: under another name until
/// they are complete and on disk.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "schema/types.hpp"
#include "store/lmdb.hpp"

namespace tributary {

/// Writes a whole file to a descriptor, as `environment::copy_to` does.
using copy_source = std::function<caf::error(int)>;

/// Bytes so far; false ends the copy with `ec::disconnected`.
using copy_progress = std::function<bool(uint64_t)>;

struct copy_report {
  uint64_t bytes = 0;
  double seconds = 0;
};

/// Writes what `source` gives into the new file `path`, mode 0600, and onto the
/// disk. Yields `ec::file_unusable`, `ec::store_full`, what the source yields;
/// nothing is left of the file then. The source runs in a thread of its own and
/// is ended by its descriptor when the copy stops.
caf::expected<copy_report> copy_into(const std::string& path,
                                     const copy_source& source,
                                     const copy_progress& progress = {});

struct backup_request {
  /// Absolute; made, or there and empty.
  std::string folder;
  guid node;
  bool compact = false;
};

/// Whether the backup can be made: yields `ec::bad_request` for a relative path
/// or a folder with something in it, `ec::store_full` when its disk has not the
/// room, and when the store is over `compact_use_max` for a compact one.
caf::error check_backup(const lmdb::environment& store,
                        const backup_request& what);

/// Copies store and GUID of a running node. Checks first; blocks its thread for
/// the time that the disk needs. On an error nothing new is left.
caf::expected<copy_report> back_up(const lmdb::environment& store,
                                   const backup_request& what,
                                   const copy_progress& progress = {});

/// Makes `path` with mode 0700, or takes it when it is empty. `ec::bad_request`
/// when it has something in it. @param is_new set when it was made.
caf::error take_empty_folder(const std::string& path, bool& is_new);

/// Writes `node.guid` of a data directory, mode 0600.
caf::error write_node_guid(const std::string& folder, const guid& node);

/// Makes names in a folder durable.
caf::error sync_folder(const std::string& folder);

/// A compact copy takes ten times as long, and as long nothing that the node
/// drops can be used again: above this part of the map it might get full.
constexpr double compact_use_max = 0.7;

} // namespace tributary
