#pragma once

/// Which mounted file systems are worth a chart. See
/// `Documentation/filesystems/proc.rst` of the kernel, section 3.5
/// (/proc/<pid>/mountinfo). Used by `mounts`; touches no file.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

struct mounted_file_system {
  /// Where it is mounted, without escapes; may hold any byte but zero.
  std::string point;
  /// For example `ext4`.
  std::string type;
  /// `major:minor`, the same for all mounts of one file system.
  std::string device;
  /// Another machine or a program answers for it, or for a mount above it, so
  /// whoever asks may wait for ever.
  bool may_hang = false;
};

/// Those to be watched, in the order of the table. Left out are
///
/// - file systems of the kernel's own (proc, cgroup and such),
/// - images that are always full (squashfs, iso9660 and such), and whatever is
///   mounted read-only,
/// - the folders of container engines and login sessions,
/// - bind mounts, and all but the first mount of one file system,
/// - mounts that a later one on the same point hides.
///
/// A malformed line is skipped. At most `mount_count_max` are returned.
std::vector<mounted_file_system> list_mounts(std::string_view mountinfo);

/// Beyond, a container host is told about in full by its engine.
constexpr size_t mount_count_max = 128;

} // namespace tributary
