#pragma once

/// The file of an environment, read without mapping it: LMDB trusts what it
/// maps, and a file that was cut off would end the process with a signal.

#include <string>

#include <caf/error.hpp>

namespace tributary::lmdb {

/// Looks at the meta pages and at every branch page of every table, a hundredth
/// of the file: each is what the page above says, names pages that exist, and
/// lies in the file. Leaves are looked at too in tables that have few of them,
/// and in all when the file is shorter than its meta page says, which LMDB
/// makes of pages that it took and freed in one transaction. Good: no such
/// file, or an empty one. Yields `ec::corrupt` with the path and what can still
/// be done.
caf::error check_file(const std::string& path);

/// Writes both meta pages back as they are, synced. After a failed commit the
/// disk may hold a newer or an older one than the cache, and a next commit
/// would overwrite pages that it needs, in a state that counts after a loss of
/// power. A sync alone does not do: a kernel that failed to write a page takes
/// it for clean. Yields `ec::store_failed`.
caf::error rewrite_meta_pages(const std::string& path);

} // namespace tributary::lmdb
