#pragma once

/// Whether a line of /proc/diskstats is a whole disk, and a physical one.
/// Called by `proc_diskstats` once for each disk that comes.

#include <string_view>

#include "actors/collect/device_table.hpp"
#include "actors/collect/kernel_files.hpp"

namespace tributary {

/// How /proc/diskstats calls a device.
struct disk_identity {
  std::string_view major;
  std::string_view minor;
  std::string_view name;
};

/// Asks /sys: a whole disk has a folder of its own in /sys/block, and the name
/// can't tell, since `xvda1` may be either. Where /sys is not to be had, names
/// decide. Partitions are ignored; a disk is physical if /sys shows a device
/// behind it, which device mapper, md, nbd and such have not.
device_kind disk_kind_of(kernel_files& files, const disk_identity& disk);

/// Whether it is a `loop*`, `ram*` or `zram*`, whose traffic is that of other
/// devices or of memory.
bool is_made_of_others(std::string_view disk_name);

} // namespace tributary
