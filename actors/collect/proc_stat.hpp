#pragma once

/// The machine's CPU time. See `Documentation/filesystems/proc.rst` of the
/// kernel, section 1.7 (/proc/stat).

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.stat`: chart `system.cpu` from the first line of /proc/stat,
/// whose counters are in units of 1/USER_HZ second (10 ms) over all CPUs.
///
/// As Netdata users expect, `user` and `nice` are without the time of guests,
/// which the kernel counts there too, and `guest` is all time of guests.
/// Fields that an old kernel does not have are 0, not gaps: it accounts that
/// time under the fields it has, so the row still adds up to all the time.
class proc_stat : public source {
public:
  proc_stat();

  std::string_view name() const noexcept override;

  /// Appends one reading. Yields the errors of `kernel_files::read`, and
  /// `ec::corrupt` if there is no sound `cpu` line.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

  /// user, system, nice, iowait, irq, softirq, steal, guest, idle.
  static constexpr size_t column_count = 9;
  using row = std::array<std::optional<int64_t>, column_count>;

private:
  void hold_small_steps_back(row& now);

  chart_ptr chart_;
  std::array<int64_t, column_count> last_{};
};

} // namespace tributary
