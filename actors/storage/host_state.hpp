#pragma once

/// How a host stands, in one word: what the API, the shell and the page show.
/// All of it follows from what rests in the store and from the links of the
/// moment, so that it is the same after a restart. docs/hosts.md tells it to
/// people.

#include <cstdint>

#include "schema/types.hpp"

namespace tributary {

struct host_definition;
struct host_summary;

enum class host_state : uint8_t {
  /// Somebody delivers it, and its newest sample is fresh.
  live,
  /// Somebody delivers it, and its past is on the way.
  replicating,
  /// Somebody delivers it, and nothing comes.
  stale,
  /// Nobody delivers it.
  offline,
  /// Nobody has for long.
  archived,
};

/// The word in lists, for example `stale`.
const char* to_string(host_state x) noexcept;

/// A sample that is no older is fresh.
constexpr int64_t live_age_ms_max = 5000;

/// A host whose past came this lately gets more of it.
constexpr int64_t replicating_ms_max = 10'000;

/// @param archived_after_ms of absence.
host_state state_of(const host_summary& host, unix_ms now,
                    int64_t archived_after_ms);

/// Since when nobody delivers the host: since its link ended, or, of a run of
/// this node before, since its newest sample.
///
/// @param left_ms as in host_summary; @param newest sample of the host.
unix_ms away_since(unix_ms left_ms, tick newest);

/// Whether it said that it is gone for good when it goes; see `[global] is
/// ephemeral node`.
bool is_ephemeral(const host_definition& host);

/// How that stands among its facts.
constexpr const char* ephemeral_key = "is_ephemeral";

} // namespace tributary
