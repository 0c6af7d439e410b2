#pragma once

/// The files of the dashboard: those inside the program, or those of a folder
/// that replaces them while the dashboard is worked on.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <caf/expected.hpp>

#include "actors/http/embedded_files.hpp"
#include "actors/http/exchange.hpp"

namespace tributary {

class asset_store {
public:
  /// Serves `files` from memory.
  explicit asset_store(const std::vector<embedded_file>& files);

  /// Serves a folder, read anew at each request; nothing in memory shows
  /// through. Links that lead out of it are not followed. An empty name means
  /// `files`.
  asset_store(std::string folder, const std::vector<embedded_file>& files);

  /// Answers with the file at `path` (without a leading slash), 304 when the
  /// client has it, or 404. `index.html` always answers: without one a page
  /// says that the dashboard was not built. Reads disk when there is a folder;
  /// files of the program were compressed once, at the start.
  http_response answer(std::string_view path, std::string_view if_none_match,
                       std::string_view accept_encoding = {}) const;

  /// Larger files of a folder are refused with 404.
  static constexpr size_t file_bytes_max = 16u << 20;

private:
  struct entry {
    std::string_view bytes;
    std::string etag;
    /// Empty where it does not pay.
    std::string packed;
  };

  caf::expected<std::string> read(std::string_view path) const;
  http_response from_folder(std::string_view path,
                            std::string_view if_none_match) const;

  std::string folder_;
  std::unordered_map<std::string, entry> entries_;
};

/// The media type for a file's name, by its ending.
std::string_view content_type_of(std::string_view path) noexcept;

} // namespace tributary
