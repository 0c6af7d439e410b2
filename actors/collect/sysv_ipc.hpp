#pragma once

/// System V semaphores and shared memory. See `man 5 proc`, /proc/sysvipc.

#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `ipc`: charts `system.ipc_semaphores`, `system.ipc_semaphore_arrays`,
/// `system.shared_memory_segments` and `system.shared_memory_bytes`.
class sysv_ipc : public source {
public:
  sysv_ipc();

  std::string_view name() const noexcept override;

  /// A file that is not there costs its own charts; yields the errors of
  /// `kernel_files::read` for other faults, and `ec::corrupt` for a file
  /// without its heading.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  figure_charts charts_;
};

} // namespace tributary
