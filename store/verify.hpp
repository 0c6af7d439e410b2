#pragma once

/// Whether a store's file is whole: its pages, each record of each table, and
/// what the tables say of each other.

#include "store/store_file.hpp"
#include "store/tier.hpp"

namespace tributary {

struct verify_report {
  uint64_t faults = 0;
  /// Entries that were read, over all tables.
  uint64_t entries = 0;
  uint64_t blocks = 0;
  uint64_t frames = 0;
  /// Of the store; 1 has no tiers 1 and 2. 0 where that can't be read.
  uint32_t format_version = 0;
};

/// Reads all of the file and hands each fault to `faults` as it is found.
/// Memory is bounded by hosts, coverages and a bit for each page.
verify_report verify_store(const store_file& store, const fault_sink& faults);

/// Whether the record of a table reads and fits its key; says why not. Tables
/// that this program does not know are checked for their framing.
caf::error check_record(const std::string& table, const lmdb::key& key,
                        std::string_view value);

/// 1 or 2, of a table of blocks or pieces of one of these.
unsigned tier_of_table(lmdb::table_number table);

/// Whether a table has blocks or pieces of tier 1 or 2.
bool is_table_of_points(const std::string& table);

/// "charts a to b", the first and the last.
std::string charts_of(const layout& columns_of);

/// Whether a group of a block or piece of tier 1 or 2 decodes and has points
/// that slots can come to; with `host`, whether it lies on the grid that the
/// host has with these steps of the store. Yields `ec::corrupt` naming charts.
caf::error check_tier_group(lmdb::table_number table, std::string_view sealed,
                            const host_definition* host,
                            const tier_steps& steps, const layout& columns_of);

/// The key of a table's entry in words, for example
/// `tier0 window 1790000000 host 1 group 0`.
std::string place_of(const std::string& table, const lmdb::key& key);

} // namespace tributary
