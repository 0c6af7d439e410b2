#pragma once

/// New stores made of one file: what of a damaged one can be read, or a copy
/// without free pages. Both tell what they did and yield an exit code.

#include <functional>
#include <string>

#include "store/store_file.hpp"

namespace tributary {

/// Writes what can be read of `store` (a file or a data directory) into the
/// data directory `out`, which must not exist or be empty. 0 when all of it is
/// there, 1 when something is lost, named, or nothing could be done.
int salvage_to(const std::string& store, const std::string& out);

/// Calls `f` with what can be read of `store`, as a store in a folder of TMPDIR
/// (else /tmp) that goes again; losses are told on standard error. As
/// `salvage_to`, or what `f` yields where that is not 0.
int with_salvaged(const std::string& store,
                  const std::function<int(const store_file&)>& f);

/// Writes a compact copy into the new file `out`. Refuses a damaged file, on
/// which LMDB would end the process.
int compact_to(const store_file& store, const std::string& out);

} // namespace tributary
