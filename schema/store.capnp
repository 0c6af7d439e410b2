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
  # 0 stored, 1 zstd.
  checksum @7 :UInt32;
  # Low 32 bits of XXH3-64 over `payload`, seeded with `start`.
  rawBytes @8 :UInt32;
  # Size of the unpacked payload.
  payload @9 :Data;
  # Unpacked: columns times u32, where each column begins; then the columns:
  #   u8 flags: bits 0-1 transform (0 constant, 1 offset from base, 2 delta),
  #     bit 2 presence bitmap, bit 3 estimated bitmap
  #   zigzag varint base
  #   [ceil(slots/8) bytes] presence (else: present in every covered slot)
  #   [ceil(slots/8) bytes] estimated
  #   transform 1, 2: bitmap of non-zero residuals over the n present slots
  #     (ceil(n/8) bytes), then their zigzag varints. Residual 0 is that of the
  #     first present slot and is always 0 (it is the base).
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
}
