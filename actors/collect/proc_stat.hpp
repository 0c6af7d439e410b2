#pragma once

/// The machine's CPU time, and what the kernel counts beside it. See
/// `Documentation/filesystems/proc.rst` of the kernel, section 1.7
/// (/proc/stat).

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.stat`: charts `system.cpu` and `cpu.cpu<N>`, whose counters are
/// in units of 1/USER_HZ second (10 ms), and `system.intr`, `system.ctxt`,
/// `system.forks` and `system.processes`.
///
/// As Netdata users expect, `user` and `nice` are without the time of guests,
/// which the kernel counts there too. Fields that an old kernel does not have
/// are 0, not gaps: it accounts that time under the fields it has, so the row
/// still adds up to all the time.
class proc_stat : public source {
public:
  proc_stat();

  std::string_view name() const noexcept override;

  /// Appends one reading for the machine, one for each CPU that is on line,
  /// and the others. Yields the errors of `kernel_files::read`, and
  /// `ec::corrupt` if there is no sound `cpu` line; then it appends nothing.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

  /// CPUs beyond have no chart of their own: 2,560 columns a second are enough
  /// to see that one of them is unlike the others.
  static constexpr size_t core_count_max = 256;

  /// guest_nice, guest, steal, softirq, irq, user, system, nice, iowait, idle.
  static constexpr size_t column_count = 10;
  using row = std::array<std::optional<int64_t>, column_count>;

private:
  /// What one `cpu` line feeds.
  struct processor {
    chart_ptr chart;
    std::array<int64_t, column_count> last{};
    /// The newest round that had a line of it; a second one is dropped.
    uint64_t round = 0;
  };

  bool sample_line(std::string_view line, std::vector<chart_reading>& readings);
  processor* core(std::string_view number);
  static void hold_small_steps_back(processor& which, row& now);

  processor machine_;
  /// By number; those not seen yet have no chart.
  std::vector<processor> cores_;
  figure_charts figures_;
  uint64_t round_ = 0;
};

} // namespace tributary
