#pragma once

/// What the machine's network interfaces move, and their state. See `man 5
/// proc`, /proc/net/dev.

#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/device_table.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Source `proc.net.dev`: charts `net.<name>`, `net_packets.<name>` and so on
/// for each interface, and `system.net` over the physical ones.
///
/// The attributes (`net_operstate`, `net_speed` and so on) of up to
/// `looks_per_round` interfaces are read in each round. Where there are more,
/// they take turns, and what was read holds until the next turn.
///
/// An interface is physical if /sys/class/net shows a device behind it. The
/// loopback, bridges, bonds, tunnels, VLANs and the ends of virtual cables have
/// none; their packets pass through a physical one, where they are counted, or
/// never leave the machine. Without such an interface (in most containers)
/// there is no total rather than one of 0.
class proc_net_dev : public source {
public:
  proc_net_dev();

  std::string_view name() const noexcept override;

  /// Appends one reading for each interface, then the total. Yields the errors
  /// of `kernel_files::read`, and `ec::corrupt` if there is no sound line, not
  /// even the loopback's.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

  /// See `device_table::left_out_count`.
  size_t left_out_count() const noexcept {
    return interfaces_.left_out_count();
  }

  /// Five small files each, 3 µs a file: no machine notices.
  static constexpr size_t looks_per_round = 16;

private:
  void begin_turn() noexcept;
  void look_at(kernel_files& files, std::string_view name,
               const device_table::device& interface);

  device_table interfaces_;
  std::string text_;
  device_figures figures_;
  /// Sound lines so far in this round, or in the last one between rounds.
  size_t sound_count_ = 0;
  size_t turn_count_ = 1;
  size_t turn_ = 0;
};

} // namespace tributary
