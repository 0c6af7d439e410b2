#pragma once

/// The machine's load averages. See `man 5 proc`, /proc/loadavg.

#include <string_view>
#include <vector>

#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.loadavg`: chart `system.load`, in thousandths. The kernel
/// moves them once in 5 s; a value that stays costs next to nothing to keep.
class proc_loadavg : public source {
public:
  proc_loadavg();

  std::string_view name() const noexcept override;

  /// Appends one reading. Yields the errors of `kernel_files::read`, and
  /// `ec::corrupt` if the file does not start with three numbers.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  chart_ptr chart_;
};

} // namespace tributary
