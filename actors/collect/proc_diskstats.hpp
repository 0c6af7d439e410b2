#pragma once

/// What the machine's disks read and write. See
/// `Documentation/admin-guide/iostats.rst` of the kernel (/proc/diskstats).

#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/device_table.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.diskstats`: chart `disk.<name>` for each whole disk, and
/// `system.io` over the physical ones, in sectors of 512 bytes.
///
/// A whole disk is one with a folder of its own in /sys/block; the name can't
/// tell, since `xvda1` may be either. Where /sys is not to be had, names
/// decide. Skipped are partitions, and `loop*`, `ram*` and `zram*`, whose
/// traffic is that of other devices or of memory. A disk is physical if /sys
/// shows a device behind it, which device mapper, md, nbd and such have not.
class proc_diskstats : public source {
public:
  proc_diskstats();

  std::string_view name() const noexcept override;

  /// Appends one reading for each disk, then the total. Yields the errors of
  /// `kernel_files::read`, and `ec::corrupt` if there is text but no sound
  /// line; an empty file is a machine without disks.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

  /// See `device_table::left_out_count`.
  size_t left_out_count() const noexcept {
    return disks_.left_out_count();
  }

private:
  device_table disks_;
  std::string text_;
};

} // namespace tributary
