#pragma once

/// The disk format on one page: every table, its key and its value. No other
/// file knows a key's layout. Keys are big-endian words (byte order is number
/// order), values are Cap'n Proto messages of store.capnp in flat framing.
///
///   table    key                                         value
///   meta     0                                           Meta
///   hosts    host guid (16 B)                            HostRecord
///   rosters  host · epoch                                frame.capnp Roster
///   layouts  host · hash (16 B)                          frame.capnp Layout
///   journal  position of its first item                  JournalEntry
///   tier0    window start · (host << 32 | first group)   Blocks, one after the
///                                                        other
///   tier1, 2 block start · (host << 32 | group)          Block, of points
///   tier1 pieces  the same, start of a window of tier 0  Block, of points
///   tier2 pieces  the same, start of a block of tier 1   Block, of points
///   cursors  subscriber guid (16 B)                      Cursor
///   owed     subscriber guid (16 B) · host · first tick  one word: last tick
///
/// Tiers are time-major: inserts are appends, retention deletes from the head.
/// Pieces hold the points of one block of the tier below until a whole block is
/// made of them; where both have a point, the piece's is newer.

#include <caf/expected.hpp>

#include "schema/types.hpp"
#include "store/lmdb.hpp"

namespace tributary::tables {

enum table : lmdb::table_number {
  meta,
  hosts,
  rosters,
  layouts,
  journal,
  tier0,
  cursors,
  owed,
  tier1,
  tier2,
  tier1_pieces,
  tier2_pieces,
  table_count,
};

/// Names inside the file; index is the number above.
constexpr const char* names[table_count] = {
    "meta",    "hosts", "rosters", "layouts", "journal",      "tier0",
    "cursors", "owed",  "tier1",   "tier2",   "tier1_pieces", "tier2_pieces"};

/// Blocks of a tier, 0 to 2.
constexpr lmdb::table_number blocks_of(unsigned tier) {
  return tier == 0 ? tier0 : tier == 1 ? tier1 : tier2;
}

/// Pieces of a tier, 1 or 2.
constexpr lmdb::table_number pieces_of(unsigned tier) {
  return tier == 1 ? tier1_pieces : tier2_pieces;
}

/// Raised by every change that an older program can't read: 2 has the tiers 1
/// and 2. A store of an earlier format is brought to this one when it is
/// opened.
constexpr uint32_t format_version = 2;

inline lmdb::key meta_key() {
  return {0};
}

inline lmdb::key host_key(const guid& host) {
  return {host.high(), host.low()};
}

inline lmdb::key roster_key(host_number host, epoch_number epoch) {
  return {host, epoch};
}

inline lmdb::key layout_key(host_number host, const content_hash& hash) {
  return {host, hash.high, hash.low};
}

inline lmdb::key journal_key(journal_position first) {
  return {first};
}

inline lmdb::key block_key(tick start, host_number host, uint32_t group) {
  return {static_cast<uint64_t>(start),
          static_cast<uint64_t>(host) << 32 | group};
}

inline lmdb::key cursor_key(const guid& subscriber) {
  return {subscriber.high(), subscriber.low()};
}

inline lmdb::key owed_key(const guid& subscriber, host_number host, tick from) {
  return {subscriber.high(), subscriber.low(), host,
          static_cast<uint64_t>(from)};
}

} // namespace tributary::tables
