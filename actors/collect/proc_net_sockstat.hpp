#pragma once

/// How many sockets there are. See `Documentation/networking` of the kernel and
/// `man 5 proc`, /proc/net/sockstat and /proc/net/sockstat6.

#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.net.sockstat`: charts `ipv4.sockstat_*` and, where the machine
/// has IPv6, `ipv6.sockstat6_*`.
class proc_net_sockstat : public source {
public:
  proc_net_sockstat();

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if no figure
  /// could be read. A file that is not there is no error if the other is.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  figure_charts charts_;
  std::string key_;
};

} // namespace tributary
