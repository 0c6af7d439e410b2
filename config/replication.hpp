#pragma once

/// What sections of `stream.conf` say about the past of children: how much of
/// it this node asks for, and how much may come at once. Pure.

#include <cstdint>
#include <optional>

#include "schema/types.hpp"

namespace tributary {

/// Of an API key or a machine. None: what the next less specific section says.
struct replication_rules {
  /// At last yes.
  std::optional<bool> enabled;
  /// Seconds before the link begins, 1 s to 10 years; at last all that the
  /// sender holds.
  std::optional<uint64_t> period_s;
  /// Seconds of windows that may be under way at once, 1 min to 1 day; at last
  /// as many as the history lane takes.
  std::optional<uint32_t> step_s;
};

/// Of a host whose past is not wanted so many seconds are all the same: a link
/// that breaks and comes back must leave no hole.
inline constexpr uint64_t short_cut_s = 60;

/// `specific` where it says something, else `general`.
replication_rules merged(const replication_rules& specific,
                         const replication_rules& general) noexcept;

/// The first tick that is wanted of the past of a host on a link that begins
/// at `now`; 0: all of it.
tick wanted_since(const replication_rules& rules, tick now) noexcept;

} // namespace tributary
