#pragma once

/// Remembers when each client asked for averages last, so that it gets those
/// since then. Pure; bounded.

#include <map>
#include <string>

#include "schema/types.hpp"

namespace tributary {

class scrape_memory {
public:
  /// Seconds since `client` asked last, which it does now: 1 for the first
  /// time, at most `seconds_max`.
  int64_t seconds_since(const std::string& client, int64_t now);

  /// Averages reach back no further; Prometheus asks every minute by default.
  static constexpr int64_t seconds_max = 120;

  /// Clients beyond this push out the one that asked least recently, which
  /// then gets the newest values instead of averages.
  static constexpr size_t clients_max = 64;

private:
  std::map<std::string, int64_t> asked_at_;
};

} // namespace tributary
