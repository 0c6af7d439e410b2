@0xe27d90ab5f1c3846;
# What rests in LMDB. Tables and keys are in store/tables.hpp; every value is
# one of these messages in flat framing, so its size is whole words.

using Cxx = import "/capnp/c++.capnp";
using Schema = import "frame.capnp";
$Cxx.namespace("tributary::wire");

struct Block {
  # One window of one group of a host, compressed. Also what the history lane
  # carries, byte for byte.
  start @0 :Int64;
  # Tick of slot 0.
  slots @1 :UInt16;
  columns @2 :UInt16;
  layoutHigh @3 :UInt64;
  layoutLow @4 :UInt64;
  runs @5 :List(SlotRun);
  # Slots that are covered, ascending, disjoint, with the epoch they are of.
  codec @6 :UInt8;
  # 0 stored, 1 zstd, both with columns as version 1 had them: only read.
  # 2 stored, 3 zstd, 4 zstd in parts: what is sealed. A program that does not
  # know a codec refuses the block.
  checksum @7 :UInt32;
  # Low 32 bits of XXH3-64 over `payload`, seeded with `start`.
  rawBytes @8 :UInt32;
  # Size of the unpacked payload.
  step @10 :UInt16;
  # 0 in tier 0; fills a hole, so blocks of tier 0 have the bytes they had.
  # In tiers 1 and 2 the seconds of a point: slots are then points, and there
  # are four columns for each of the layout (docs/format.md).
  payload @9 :Data;
  # Unpacked, codecs 2 to 4 (docs/format.md draws all of them):
  #   low bytes, then high bytes, of the sizes of the columns
  #   slot sets: their number, then each (number of runs, for each run the slots
  #     skipped and its length less one; or 0 and a bitmap of ceil(slots/8) B)
  #   columns, each:
  #     u8 flags: bits 0-1 transform (0 constant, 1 offset from the least,
  #       2 delta, 3 delta of deltas), bit 2 gaps, bit 3 estimates, bits 4-5
  #       form of residuals (0 planes, 1 sparse planes, 2 packed), bit 6 shift
  #     base, [set of covered slots without a value], [set of estimated slots],
  #     bit 6: u8 shift of the residuals, transform 3: the first delta
  #     transforms 1-3: u8 width in bits and the residuals
  # Numbers are zigzag varints.
}

struct SlotRun {
  from @0 :UInt16;
  to @1 :UInt16;
  # Inclusive.
  epoch @2 :UInt32;
}

struct JournalEntry {
  # What one commit took in, in order.
  firstPosition @0 :UInt64;
  # Journal position of items[0]; the others follow without holes.
  items @1 :List(JournalItem);
}

struct JournalItem {
  host @0 :UInt32;
  tick @1 :Int64;
  sealed @2 :Data;
  # Bytes of a Frame, as they came.
}

struct HostRecord {
  number @0 :UInt32;
  host @1 :Schema.Host;
  path @2 :List(GuidPair);
  storedTo @3 :Int64;
  # Every window that ends at or before this tick has been made a block; a
  # frame of an earlier tick is merged into its block, not into hot rows.
  coverage @4 :List(Schema.Run);
  # Of stored windows; what the journal adds is added at start.
  newestTick @5 :Int64;
  tier1From @6 :Int64;
  tier2From @7 :Int64;
  # No block or piece of the tier begins before this; 0: there is none.
  tiersSince @8 :Int64;
  # Windows that end at or before this were stored without points of tier 1, or
  # those were erased for want of room.
  storedAhead @9 :List(Int64);
  # Starts of windows beyond storedTo that are blocks as well: of a clock that
  # was ahead. Ascending.
  tier2Since @10 :Int64;
  # As tiersSince, of tier 2 where that began later.
  keyMark @11 :UInt32;
  # Which API key the host came with last: 32 bits of a hash of node and key.
  # 0: with none, or to a program that did not note it.
  forgotten @12 :Bool;
  # Its number is taken while blocks and frames of a host that was forgotten are
  # erased; the record's guid is nobody's.
  passed @13 :List(Int64);
  # First and last ticks, alternately, of whole windows that were passed on and
  # not kept: they are no blocks, and coverage has their ticks all the same.
}

struct GuidPair {
  high @0 :UInt64;
  low @1 :UInt64;
}

struct Cursor {
  # A subscriber's place: everything up to `position` was acknowledged by it or
  # stands in its owed intervals.
  position @0 :UInt64;
}

struct Meta {
  formatVersion @0 :UInt32;
  nodeHigh @1 :UInt64;
  nodeLow @2 :UInt64;
  tier1Step @3 :UInt32;
  tier2Step @4 :UInt32;
  # Points of the tier below that a point is of; 0 in a store of format 1.
}
