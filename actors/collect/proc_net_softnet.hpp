#pragma once

/// What processors do with received packets. See
/// `Documentation/networking/scaling.rst` of the kernel and the function that
/// writes /proc/net/softnet_stat.

#include <string_view>
#include <vector>

#include "actors/collect/cpu_table.hpp"
#include "actors/collect/held_chart.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.net.softnet_stat`: charts `system.softnet_stat` and, of the
/// first CPUs, `cpu.cpu<N>_softnet_stat`. The file has a line for each CPU that
/// is on line; N counts the lines, as Netdata does.
class proc_net_softnet : public source {
public:
  proc_net_softnet();

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if there is
  /// no sound line.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

  /// CPUs beyond have no chart of their own, but count in the total.
  static constexpr size_t core_count_max = 64;

private:
  cpu_table table_;
  held_chart machine_;
  std::vector<held_chart> cores_;
  std::vector<std::optional<int64_t>> values_;
};

} // namespace tributary
