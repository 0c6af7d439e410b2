#pragma once

/// The machine's memory. See `Documentation/filesystems/proc.rst` of the
/// kernel, section 1.6 (/proc/meminfo); figures are in KiB.

#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.meminfo`: charts `system.ram`, `system.swap` and `mem.*`.
///
/// As in Netdata 1.37, `cached` is Cached + SReclaimable, and `used` is what
/// remains of MemTotal without free, cached and buffers. A figure that is
/// missing makes a gap of each dimension that needs it, but SReclaimable counts
/// as 0, since before Linux 2.6.19 there was none. Parts that exceed the total
/// (some containers fake the file) make a gap of `used`.
class proc_meminfo : public source {
public:
  proc_meminfo();

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if no figure
  /// could be read.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  figure_charts charts_;
};

} // namespace tributary
