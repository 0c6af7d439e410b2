#pragma once

/// Bytes packed by lz4 or zstd, and back; pure. Each call stands for itself:
/// the libraries' working memory is one a thread, whatever the number of links.

#include <string>
#include <string_view>

#include "schema/link_codec.hpp"

namespace tributary {

/// Appends the packed form of `raw` to `out` and returns true, where it is
/// shorter; else `out` is as before. `effort` is the level of zstd (1 to 22) or
/// the acceleration of lz4 (1 to 9).
bool pack_bytes(link_codec codec, int effort, std::string_view raw,
                std::string& out);

/// Unpacks what comes to exactly `size` bytes into `out`; false where it does
/// not, or is damaged. Takes no memory that the input could ask for.
bool unpack_bytes(link_codec codec, std::string_view packed, char* out,
                  size_t size);

} // namespace tributary
