#pragma once

/// Whether a store's file is whole: its pages, each record of each table, and
/// what the tables say of each other.

#include "store/store_file.hpp"

namespace tributary {

struct verify_report {
  uint64_t faults = 0;
  /// Entries that were read, over all tables.
  uint64_t entries = 0;
  uint64_t blocks = 0;
  uint64_t frames = 0;
};

/// Reads all of the file and hands each fault to `faults` as it is found.
/// Memory is bounded by hosts, coverages and a bit for each page.
verify_report verify_store(const store_file& store, const fault_sink& faults);

/// Whether the record of a table reads and fits its key; says why not. Tables
/// that this program does not know are checked for their framing.
caf::error check_record(const std::string& table, const lmdb::key& key,
                        std::string_view value);

/// The key of a table's entry in words, for example
/// `tier0 window 1790000000 host 1 group 0`.
std::string place_of(const std::string& table, const lmdb::key& key);

} // namespace tributary
