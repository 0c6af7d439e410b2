#pragma once

/// What the kernel's memory management does. See `man 5 proc`, /proc/vmstat.

#include <optional>
#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.vmstat`: charts `mem.pgfaults`, `system.pgpgio`,
/// `system.swapio`, `mem.oom_kill` and, on a machine with several memory nodes,
/// `mem.numa`.
///
/// As in Netdata 1.37, `minor` is the kernel's count of all page faults, those
/// that are shown as `major` included.
class proc_vmstat : public source {
public:
  proc_vmstat();

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if no figure
  /// could be read.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  figure_charts charts_;
  /// Whether there are several memory nodes; asked once.
  std::optional<bool> has_nodes_;
};

} // namespace tributary
