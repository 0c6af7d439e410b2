#pragma once

/// How sources see /proc and /sys: whole small files, read in one go. Called
/// by sources only; never writes and keeps no file open.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

namespace tributary {

/// Read-only view of /proc and /sys; tests root it in a folder of captures.
class kernel_files {
public:
  /// @param root prefix of every path, empty for the real ones.
  explicit kernel_files(std::string root = {});

  /// The whole file at `path` (absolute, for example `/proc/stat`). The view
  /// is valid until the next call. Yields `ec::file_unusable` when it can't be
  /// read and `ec::too_large` beyond `file_bytes_max`.
  caf::expected<std::string_view> read(const char* path);

  /// As `read`, for a file that not every kernel has: an empty view whose
  /// `data()` is null if it is not there.
  caf::expected<std::string_view> read_if_there(const char* path);

  /// The text of an attribute of a device in /sys, which may be unreadable for
  /// many good reasons; none if it is. Cheaper than an error with words.
  std::optional<std::string_view> peek(const std::string& path);

  /// Kernel tables that we read stay far below this even with 10,000 lines;
  /// what is larger is not what we take it for.
  static constexpr size_t file_bytes_max = 16u << 20;

private:
  /// 0 after success, else what `errno` says, or -1 for a file too large.
  int read_whole(const char* path, std::string_view& result);

  std::string root_;
  /// Root and path of the file being read; reused, as `buffer_` is, because
  /// the same few files are read once a second for years.
  std::string path_;
  std::string buffer_;
};

} // namespace tributary
