#pragma once

/// What the parts of the second half of salvage.hpp share. Only its sources
/// include this.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "store/records.hpp"
#include "store/salvage.hpp"

namespace tributary {

/// A new store whose records read, on the way to fit each other.
struct salvage_state {
  lmdb::environment& store;
  salvage_report& report;
  /// All 0 where there are no tiers.
  tier_steps steps{0, 0};
  /// By number; written at the end.
  std::map<host_number, stored_host> hosts;
  /// What goes, at the end.
  std::vector<std::pair<lmdb::table_number, lmdb::key>> erase;

  /// Notes a record as lost, which goes.
  void lose_record(lmdb::table_number table, const lmdb::key& key,
                   const std::string& why);
};

/// What blocks say of a host, for a stand-in and for its coverage.
struct host_traces {
  coverage found;
  uint16_t slots = 0;
  tick first_start = 0;
  epoch_number epoch = 0;
};

/// Where points of a host tell most of where its blocks begin.
struct tier_phase {
  uint32_t span = 0;
  tick start = 0;
};

/// Adds the layouts that groups name and that are lost, where their bytes can
/// be had: from other hosts, and from rosters.
caf::error restore_layouts(salvage_state& state);

/// Drops groups of windows that do not decode, or do not fit their host and
/// each other; notes what is left in `traces`.
caf::error check_windows(salvage_state& state,
                         std::map<host_number, host_traces>& traces);

/// The steps of a store whose record is lost, as its points have them; writes
/// the record again. Without points, or when nobody knows whose store it was,
/// there are no tiers from here on but those to come.
caf::error restore_steps(salvage_state& state);

/// The phase of each host that has points and no record. @param windows by
/// host, the seconds of its windows.
caf::expected<std::map<host_number, tier_phase>>
phases_of_points(const salvage_state& state,
                 const std::map<host_number, uint32_t>& windows);

/// Drops points that do not decode or lie on no grid, and sets from when on
/// each host has points.
caf::error check_points(salvage_state& state);

/// Once all records are written: makes points anew where those that are left
/// are not those of the windows below, or are none.
caf::error restore_points(salvage_state& state);

} // namespace tributary
