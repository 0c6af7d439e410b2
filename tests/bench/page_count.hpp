#pragma once

/// How many pages of an LMDB file each table holds. Read from the file, since
/// the store has no need to know; LMDB's format 1 with 4 KiB pages.

#include <cstdint>
#include <string>

namespace tributary::bench {

/// Bytes of the branch, leaf and overflow pages of the named table of a file
/// that nobody writes.
int64_t table_page_bytes(const std::string& path, const std::string& table);

} // namespace tributary::bench
