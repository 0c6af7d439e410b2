#pragma once

/// New stores made of one file: what of a damaged one can be read, or a copy
/// without free pages. Both tell what they did and yield an exit code.

#include <string>

#include "store/store_file.hpp"

namespace tributary {

/// Writes what can be read of `store` (a file or a data directory) into the
/// data directory `out`, which must not exist or be empty. 0 when all of it is
/// there, 1 when something is lost, named, or nothing could be done.
int salvage_to(const std::string& store, const std::string& out);

/// Writes a compact copy into the new file `out`. Refuses a damaged file, on
/// which LMDB would end the process.
int compact_to(const store_file& store, const std::string& out);

} // namespace tributary
