#include "actors/storage/host_cleanup.hpp"

#include <algorithm>

namespace tributary {

bool is_over(const host_absence& host, const cleanup_options& options,
             unix_ms now, unix_ms started) {
  auto limit = options.any_ms;
  if (host.is_ephemeral && options.ephemeral_ms)
    limit = std::min(limit.value_or(*options.ephemeral_ms),
                     *options.ephemeral_ms);
  return limit && !host.is_own && !host.is_connected
         && now - host.since >= *limit
         && now - started >= std::min(*limit, cleanup_grace_ms_max);
}

} // namespace tributary
