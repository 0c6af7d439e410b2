#pragma once

/// Single figures of the kernel. See `man 5 proc`: /proc/sys/fs/file-nr,
/// /proc/sys/kernel/random/entropy_avail.

#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.sys`: charts `system.entropy`, `system.file_nr_used`,
/// `system.file_nr_utilization`.
class proc_sys : public source {
public:
  proc_sys();

  std::string_view name() const noexcept override;

  /// A file that is not there costs its own chart; yields the errors of
  /// `kernel_files::read` for other faults, and `ec::corrupt` for a file
  /// without sound numbers.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  figure_charts charts_;
};

} // namespace tributary
