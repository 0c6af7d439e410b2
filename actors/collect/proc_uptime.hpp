#pragma once

/// How long the machine runs. See `man 5 proc`, /proc/uptime.

#include <string_view>
#include <vector>

#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.uptime`: chart `system.uptime`, in milliseconds (the kernel
/// gives hundredths of a second), time in suspend included.
class proc_uptime : public source {
public:
  proc_uptime();

  std::string_view name() const noexcept override;

  /// Appends one reading. Yields the errors of `kernel_files::read`, and
  /// `ec::corrupt` if the file does not start with a number.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  chart_ptr chart_;
};

} // namespace tributary
