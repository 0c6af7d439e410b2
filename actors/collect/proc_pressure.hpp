#pragma once

/// How long processes had to wait for processors, memory and I/O. See
/// `Documentation/accounting/psi.rst` of the kernel (/proc/pressure).

#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.pressure`: charts `system.<cpu|memory|io>_<some|full>_pressure`
/// and `..._pressure_stall_time`; none where the kernel keeps no account.
class proc_pressure : public source {
public:
  proc_pressure();

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if there is
  /// text but no sound figure. Files that are not there are no error.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  figure_charts charts_;
  std::string key_;
};

} // namespace tributary
