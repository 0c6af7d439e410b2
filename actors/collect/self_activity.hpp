#pragma once

/// Charts of what the actors and links of this node do, for the source `self`.
/// Reads the directories; asks nobody.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/actor_directory.hpp"
#include "actors/collect/source.hpp"
#include "actors/link/link_directory.hpp"

namespace tributary {

/// `tributary.actors_messages`, `_busy` and `_mailbox`: a dimension for each
/// kind of actor, so that a node of a thousand sessions has no more of them
/// than another.
class actor_charts {
public:
  actor_charts();

  void sample(const actor_directory& actors,
              std::vector<chart_reading>& readings) const;

  /// Of the names of actors, in the order of their dimensions; what is none of
  /// them counts as the last.
  static constexpr std::array<std::string_view, 14> kinds{
      "writer", "ingest",        "reader",  "framer", "collector",
      "uplink", "listener",      "session", "wire",   "live",
      "http",   "introspection", "node",    "other"};

private:
  chart_ptr messages_;
  chart_ptr busy_;
  chart_ptr mailbox_;
};

/// `tributary.link_traffic_<peer>`, `_lag_<peer>` and `_flight_<peer>` for each
/// peer that has said its name, from its first second on.
class link_charts {
public:
  void sample(const std::vector<link_status>& links,
              std::vector<chart_reading>& readings);

  /// Peers with charts: 100 make 700 values a second; the links of a larger
  /// parent are in the shell, and in the sums of the other charts.
  static constexpr size_t peers_max = 100;

private:
  struct charts {
    chart_ptr traffic;
    chart_ptr lag;
    chart_ptr flight;
    /// Two nodes of one name at once: the second has no charts.
    uint64_t round = 0;
  };

  void forget_vanished();
  static charts make(const std::string& safe_name, const std::string& peer);

  /// By side and safe name.
  std::map<std::string, charts> charts_;
  uint64_t round_ = 0;
};

} // namespace tributary
