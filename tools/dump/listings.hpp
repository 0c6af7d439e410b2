#pragma once

/// What tributary-dump lists of a store's file, as tables for people and for
/// programs. What can't be read is left out and goes to `faults`.

#include <string>

#include <caf/expected.hpp>

#include "schema/shell.hpp"
#include "store/records.hpp"
#include "store/store_file.hpp"

namespace tributary {

/// What a listing is narrowed to.
struct dump_range {
  /// Unix seconds, both inclusive.
  tick from = 0;
  tick to = tick_max;
};

/// Rows of one listing: about 100 MB of text. What is left out is said.
constexpr size_t listing_rows_max = 200'000;

/// Format, node, sizes; then a row for each table of the file.
shell_report list_summary(const store_file& store, const fault_sink& faults);

/// A row for each host: number, name, guid, life, window, what its blocks
/// cover.
shell_report list_hosts(const store_file& store, const fault_sink& faults);

/// The host of that name, guid or number. Yields `ec::not_found`, and
/// `ec::bad_request` for a name that several have.
caf::expected<stored_host> find_host(const store_file& store,
                                     const std::string& name);

/// The charts that rosters and layouts of a host define, ascending by id.
shell_report list_charts(const store_file& store, const stored_host& host,
                         const fault_sink& faults);

/// Runs of ticks that blocks cover, then those of the journal.
shell_report list_coverage(const store_file& store, const stored_host& host,
                           const fault_sink& faults);

/// Blocks of a host, or of all where it is null, whose window begins in range.
shell_report list_blocks(const store_file& store, const stored_host* host,
                         dump_range range, const fault_sink& faults);

/// A row for each frame of the journal from a position on.
shell_report list_journal(const store_file& store, journal_position from,
                          const fault_sink& faults);

} // namespace tributary
