#pragma once

/// The machine's load averages. See `man 5 proc`, /proc/loadavg.

#include <string_view>
#include <vector>

#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.loadavg`: charts `system.load`, in thousandths, and
/// `system.active_processes`, which counts threads. The kernel moves the loads
/// once in 5 s; a value that stays costs next to nothing to keep.
class proc_loadavg : public source {
public:
  proc_loadavg();

  std::string_view name() const noexcept override;

  /// Appends two readings. Yields the errors of `kernel_files::read`, and
  /// `ec::corrupt` if the file does not start with three numbers.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  chart_ptr chart_;
  chart_ptr active_;
};

} // namespace tributary
