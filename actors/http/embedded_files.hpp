#pragma once

/// The dashboard's files and the description of the API inside the program.
/// Implemented by sources that embed.cmake generates from web/dist and from
/// openapi.yaml.

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

/// openapi.yaml; lives as long as the program.
std::string_view api_description();

} // namespace tributary
