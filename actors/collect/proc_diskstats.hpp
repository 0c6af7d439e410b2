#pragma once

/// What the machine's disks read and write. See
/// `Documentation/admin-guide/iostats.rst` of the kernel (/proc/diskstats).

#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/device_table.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.diskstats`: charts `disk.<name>`, `disk_ops.<name>` and so on
/// for each whole disk (`disk_kind_of`), and `system.io` over the physical
/// ones.
///
/// `disk_util` is the busy time as a counter, so that it needs no clock here
/// and nothing is lost in a second that was missed. The averages (`await`,
/// `avgsz`, `svctm`) are the only values that are computed here: gauges from
/// two rounds, as a quotient of increments can't be had from stored columns;
/// none in the first round of a disk, 0 without an operation.
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
  device_figures figures_;
};

} // namespace tributary
