#pragma once

/// What the protocols of IPv6 do. See RFC 4293 and /proc/net/snmp6.

#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.net.snmp6`: charts `system.ipv6` and `ipv6.*`; none on a
/// machine without IPv6.
class proc_net_snmp6 : public source {
public:
  proc_net_snmp6();

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if there is
  /// text but no sound figure. A file that is not there is no error.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  figure_charts charts_;
};

/// The charts of it, whose keys are `Ip6InReceives` and such; in a file of its
/// own for its length.
std::vector<figure_chart_row> snmp6_charts();

} // namespace tributary
