#pragma once

/// What can be read of a damaged store's file, written into a fresh one: the
/// newest commit first, then the one before it, then leaves that no tree has.
/// Only records that read and fit their keys are taken. Never writes to the
/// damaged file; memory is bounded by a bit for each page, hosts and layouts.

#include <map>
#include <string>
#include <vector>

#include <caf/expected.hpp>

#include "schema/types.hpp"
#include "store/lmdb.hpp"
#include "store/store_file.hpp"

namespace tributary {

struct salvage_report {
  /// Records by table, those from free leaves included.
  std::map<std::string, uint64_t> found;
  /// Records that only leaves of no tree had. What retention had dropped may
  /// be among them.
  uint64_t found_in_leaves = 0;
  /// What is not in the new store: pages, records, ticks of hosts. At most
  /// `salvage_lost_max` are named; `lost_count` has all.
  std::vector<store_fault> lost;
  uint64_t lost_count = 0;
  /// Windows and blocks whose points in tier 1 and 2 were made anew.
  uint64_t points_restored = 0;
  /// The file is whole but for what `lost` names; nothing had to be guessed.
  bool is_whole = false;
  /// Records of hosts are all of the newest commit.
  bool hosts_are_newest = false;
  /// The node that the store is of; empty when its record is lost.
  guid node;
};

constexpr size_t salvage_lost_max = 10'000;

/// Reads `damaged` and writes the store `out`, which must not exist. Yields
/// `ec::file_unusable`, `ec::store_full`, and `ec::corrupt` when nothing at all
/// was found.
/// @param node that the store is of, where somebody knows that without it.
caf::expected<salvage_report> salvage_store(const std::string& damaged,
                                            const std::string& out,
                                            const guid& node = {});

/// The second half: makes the tables of a salvaged store fit each other. Blocks
/// that do not decode go; coverage becomes what there are blocks of; a host
/// whose record is lost gets a stand-in where its windows tell its phase;
/// layouts are cut from rosters again, and points made of the windows below.
caf::error repair_salvaged(lmdb::environment& store, salvage_report& report);

/// Notes a loss.
void add_loss(salvage_report& report, std::string place, std::string what);

} // namespace tributary
