#pragma once

/// What a network interface is, as opposed to what it moves: its attributes in
/// /sys/class/net. See `Documentation/ABI/testing/sysfs-class-net` of the
/// kernel. Called by `proc_net_dev`.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "actors/collect/kernel_files.hpp"

namespace tributary {

/// The states of RFC 2863, in the order of the chart's dimensions.
enum class operational_state : uint8_t {
  up,
  down,
  notpresent,
  lowerlayerdown,
  testing,
  dormant,
  unknown,
};

enum class duplex_mode : uint8_t { full, half, unknown };

/// None where the kernel does not tell: virtual interfaces have no speed and no
/// duplex mode, and one that is switched off has no carrier to look for.
struct interface_state {
  std::optional<operational_state> operational;
  std::optional<duplex_mode> duplex;
  std::optional<bool> has_carrier;
  /// Megabits a second.
  std::optional<int64_t> speed;
  /// Bytes.
  std::optional<int64_t> mtu;
};

/// Reads five small files. The kernel takes a lock for some that configuration
/// tools hold too, so it may take long.
interface_state read_interface_state(kernel_files& files,
                                     std::string_view interface);

} // namespace tributary
