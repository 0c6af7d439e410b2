#pragma once

/// How much of the blocks is kept, and for how long.

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "store/records.hpp"

namespace tributary {

/// How much of the blocks is kept: until the first of both limits.
struct block_retention {
  /// Blocks that end before `now - seconds` go; 0 keeps all.
  int64_t seconds = 14 * 86400;
  /// The oldest blocks go while tier 0 has more pages than this; 0 keeps all.
  uint64_t bytes_max = 0;
};

/// Another time for some hosts.
struct host_retention {
  std::function<bool(const stored_host&)> fits;
  /// By tier; none: as the tier has it, 0 keeps all.
  std::array<std::optional<uint64_t>, tier_count> seconds;
};

/// How much of the tiers above 0 is kept, and what hosts have of their own.
struct further_retention {
  std::array<block_retention, tier_count - 1> tiers{
      {{90 * 86400, 0}, {730 * 86400, 0}}};
  /// The first that fits a host and has a time for the tier decides.
  std::vector<host_retention> hosts;
  /// Hosts that are only passed on: their windows go once those have them who
  /// get them, see `store::pass_to`. Null: none is.
  std::function<bool(const stored_host&)> passes_on;
};

} // namespace tributary
