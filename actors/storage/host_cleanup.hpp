#pragma once

/// Which hosts a node forgets by itself: those that said that they would not
/// come back, and others where the operator wants it. Pure.

#include <cstdint>
#include <optional>

#include "schema/types.hpp"

namespace tributary {

struct cleanup_options {
  /// Milliseconds that an ephemeral host may be away; none: for ever.
  std::optional<int64_t> ephemeral_ms;
  /// The same for all others.
  std::optional<int64_t> any_ms;
};

/// A host as far as it matters.
struct host_absence {
  bool is_own = false;
  bool is_connected = false;
  bool is_ephemeral = false;
  /// See `away_since`.
  unix_ms since = 0;
};

/// A node that has just started has waited for nobody: nothing is forgotten
/// before it has run for as long as the host may be away, or for this long.
constexpr int64_t cleanup_grace_ms_max = 3'600'000;

/// Whether the host is to be forgotten.
bool is_over(const host_absence& host, const cleanup_options& options,
             unix_ms now, unix_ms started);

} // namespace tributary
