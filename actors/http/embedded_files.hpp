#pragma once

/// The dashboard's files inside the program. Implemented by a source that
/// embed.cmake generates from web/dist.

#include <string_view>
#include <vector>

namespace tributary {

struct embedded_file {
  /// Relative to web/dist, for example `assets/index-1a2b.js`.
  std::string_view path;
  /// Lives as long as the program.
  std::string_view bytes;
};

/// Empty when the program was built without a dashboard.
std::vector<embedded_file> embedded_files();

} // namespace tributary
