#pragma once

/// What the connection tracker of the packet filter does. See
/// `Documentation/networking/nf_conntrack-sysctl.rst` of the kernel and the
/// function that writes /proc/net/stat/nf_conntrack.

#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/cpu_table.hpp"
#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.net.stat.conntrack`: charts `netfilter.conntrack_*`; none where
/// the tracker is not loaded.
class proc_conntrack : public source {
public:
  proc_conntrack();

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if there is
  /// text but no sound line. A file that is not there is no error.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  figure_charts charts_;
  cpu_table table_;
  std::vector<std::string> names_;
};

} // namespace tributary
