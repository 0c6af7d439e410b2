@0xd6a1f2b07c3e9481;
# What travels and rests: frames, and the definitions that give their columns a
# meaning. A frame is sealed once, by its origin, and then only moved: the same
# bytes lie in the origin's journal, on the link, in the parent's journal and on
# the next link.
#
# Ordinals are history: append, never re-use, re-type or re-order.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tributary::wire");

struct Frame {
  # The values of one host at one tick, or a late part of them. The host is
  # named by the envelope (a channel on a link, a host number in a journal).
  #
  # Columns are positions in the roster of (host, epoch): the concatenated
  # dimensions of its charts in roster order. A roster only grows, so `columns`
  # says which prefix of it the frame was sealed with.

  tick @0 :Int64;
  # Unix second of the slot; 1 to 2^40.

  baseTick @1 :Int64;
  # Tick of the frame that gauges are deltas to. 0: a key frame, deltas to zero.
  # A reader that has not exactly that frame as its newest asks for a key frame
  # and never guesses.

  epoch @2 :UInt32;
  # Life of the origin that sealed it, at least 1.

  columns @3 :UInt32;
  # Length of the roster prefix, at least 1, at most 1,048,576.

  part @4 :UInt16;
  # 0: what was collected in time. 1..n: values that came later; they touch
  # other columns than the parts before, are always deltas to zero and do not
  # become anybody's base.

  flags @5 :UInt16;
  # Bit 0: a presence bitmap is there; else every column is present.
  # Bit 1: an estimated bitmap is there; else nothing is estimated.
  # Bit 2: a raw section is there.
  # Other bits: 0; a reader refuses a frame with a bit it does not know.

  checksum @6 :UInt32;
  # Low 32 bits of XXH3-64 over the payload, seeded with the XXH3-64 of four
  # little-endian words: tick, baseTick, epoch << 32 | columns,
  # part << 16 | flags.

  payload @7 :Data;
  # Little-endian, in this order, W = ceil(columns / 64) words of 8 bytes:
  #   [W words]  presence, bit i of the whole = column i   (flags bit 0)
  #   [W words]  estimated: an increment that covered several ticks was spread
  #              in whole numbers, remainder last             (flags bit 1)
  #   W words    non-zero: columns whose residual is not 0
  #   residuals of those, ascending column, zigzag varint (LEB128, <= 10 bytes)
  #   [W words, then zigzag varints]  raw: counters whose raw reading is stated:
  #              all present ones in a key frame; in others those that were
  #              reset or came back from a gap               (flags bit 2)
  # Residual of a gauge: value minus its value in the base chain (its last
  # present one; 0 where none). Residual of a counter: its increment since the
  # tick before. Arithmetic is modulo 2^64.
}

struct Dimension {
  id @0 :Text;
  name @1 :Text;
  algorithm @2 :UInt8;
  # 0 absolute, 1 incremental, 2 percentage of absolute row, 3 percentage of
  # incremental row. 1 and 3 are counters.
  multiplier @3 :Int64 = 1;
  divisor @4 :Int64 = 1;
  # What a reader sees is stored value * multiplier / divisor. Neither is 0.
  hidden @5 :Bool;
}

struct Chart {
  id @0 :Text;
  # type.id, unique in its host.
  name @1 :Text;
  context @2 :Text;
  family @3 :Text;
  title @4 :Text;
  units @5 :Text;
  module @6 :Text;
  type @7 :UInt8;
  # 0 line, 1 area, 2 stacked.
  priority @8 :Int32;
  step @9 :UInt16 = 1;
  # Slots of the host's grid between two samples.
  dimensions @10 :List(Dimension);
  # 1 to 128; a text is at most 1,024 bytes and holds no zero byte.
}

struct Roster {
  # A run of the charts that give meaning to the columns of (host, epoch).
  epoch @0 :UInt32;
  firstChart @1 :UInt32;
  # Index of charts[0] in the whole roster. A reader accepts a run that begins
  # at or before its own end, and ignores what it has.
  charts @2 :List(Chart);
  # A chart id that stands twice: the later one holds from then on.
}

struct Layout {
  # The columns of one group of a block: whole charts in ascending order of id,
  # at most the host's groupColumns (a wider chart is a group of its own). Named by the XXH3-128 hash of this message's bytes.
  charts @0 :List(Chart);
}

struct Pair {
  key @0 :Text;
  value @1 :Text;
}

struct Host {
  # What a host is, fixed or announced by its origin.
  guidHigh @0 :UInt64;
  guidLow @1 :UInt64;
  hostname @2 :Text;
  epoch @3 :UInt32;
  bootHigh @4 :UInt64;
  bootLow @5 :UInt64;
  # Random, made when the epoch began.
  windowSeconds @6 :UInt32 = 600;
  # Ticks in a block; each hop cuts the same windows. Window boundaries are
  # shifted by guidLow mod windowSeconds so that hosts do not close at once.
  groupColumns @7 :UInt16 = 128;
  info @8 :List(Pair);
  # System facts, at most 64 pairs.
}

struct Run {
  # Ticks from..to (both inclusive, every slot of the grid) of one epoch.
  from @0 :Int64;
  to @1 :Int64;
  epoch @2 :UInt32;
}
