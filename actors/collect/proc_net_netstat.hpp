#pragma once

/// What the protocols of IPv4 do. See RFC 1213 and `Documentation/networking/
/// snmp_counter.rst` of the kernel (/proc/net/snmp, /proc/net/netstat).

#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.net.netstat`: charts `system.ip`, `ip.*` and `ipv4.*`. Reads
/// both files, since some charts have figures of both.
class proc_net_netstat : public source {
public:
  proc_net_netstat();

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if no figure
  /// could be read.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  caf::error note_file(kernel_files& files, const char* path);

  figure_charts charts_;
  std::string key_;
};

/// The charts of it, whose keys are `Tcp:InSegs` and such; in a file of its own
/// for its length.
std::vector<figure_chart_row> netstat_charts();

} // namespace tributary
