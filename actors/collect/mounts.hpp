#pragma once

/// How full the machine's file systems are. See `man 5 proc`,
/// /proc/self/mountinfo, and `man 3 statvfs`.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/held_chart.hpp"
#include "actors/collect/mount_list.hpp"
#include "actors/collect/patient_probe.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `mounts`: charts `disk_space.<point>` and, where files are counted,
/// `disk_inodes.<point>`, for each file system of `list_mounts`.
///
/// One that may hang (NFS, FUSE) is asked by a thread of its own. While it does
/// not answer its charts have gaps, all others go on, and after
/// `silent_rounds_max` rounds `sample` says so; it is asked again when its
/// call returns. Sixteen such threads is the most there are, dead ones
/// included.
class mounts : public source {
public:
  /// @param read asks a file system; tests give one that hangs.
  explicit mounts(usage_reader read = read_usage);

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, `ec::corrupt` if there is text
  /// but no line of a mount, and `ec::timed_out` beside the readings of the
  /// others while some file system does not answer.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

  /// A server that is restarted or a network that hiccups is no news.
  static constexpr uint32_t silent_rounds_max = 5;

  /// A table of more bytes is that of a container host and is read once in
  /// `rounds_between_reads` only.
  static constexpr size_t small_table_bytes_max = 64u << 10;
  static constexpr uint64_t rounds_between_reads = 15;

private:
  struct watched {
    mounted_file_system what;
    std::vector<held_chart> charts;
    /// Null for those that never hang.
    std::unique_ptr<patient_probe> probe;
    /// The newest reading of the table that had it.
    uint64_t table_count = 0;
  };

  caf::error read_table(kernel_files& files);
  void watch(const mounted_file_system& what);
  void ask_patiently();
  std::optional<file_system_usage> read(watched& which) const;
  caf::error silence() const;

  usage_reader read_;
  /// By safe name of the point, so no two charts have the same id.
  std::map<std::string, watched> watched_;
  uint64_t table_count_ = 0;
  uint64_t rounds_left_ = 0;
};

} // namespace tributary
