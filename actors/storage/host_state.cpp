#include "actors/storage/host_state.hpp"

#include <algorithm>

#include "actors/storage/traffic.hpp"

namespace tributary {

const char* to_string(host_state x) noexcept {
  switch (x) {
  case host_state::live:
    return "live";
  case host_state::replicating:
    return "replicating";
  case host_state::stale:
    return "stale";
  case host_state::offline:
    return "offline";
  case host_state::archived:
    return "archived";
  }
  return "unknown";
}

host_state state_of(const host_summary& host, unix_ms now,
                    int64_t archived_after_ms) {
  if (!host.connected)
    return now - away_since(host.left_ms, host.newest) >= archived_after_ms
               ? host_state::archived
               : host_state::offline;
  if (host.newest > 0 && now - host.newest * 1000 <= live_age_ms_max)
    return host_state::live;
  // Frames of old ticks may be of a clock that is behind; windows are the past.
  auto came = host.window_arrival_ms;
  return came != 0 && now - came <= replicating_ms_max ? host_state::replicating
                                                       : host_state::stale;
}

unix_ms away_since(unix_ms left_ms, tick newest) {
  return std::max<unix_ms>(left_ms, newest * 1000);
}

bool is_ephemeral(const host_definition& host) {
  return std::any_of(host.info.begin(), host.info.end(), [](auto& x) {
    return x.first == ephemeral_key && x.second == "yes";
  });
}

} // namespace tributary
