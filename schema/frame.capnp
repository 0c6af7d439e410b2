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
  # Bit 0: a presence section is there; else every column is present (version
  #        1), or the presence is the expected one (version 2).
  # Bit 1: an estimated section is there; else nothing is estimated.
  # Bit 2: a raw section is there.
  # Bit 3: the payload is of version 2, else of version 1.
  # Other bits: 0; a reader refuses a frame with a bit it does not know.

  checksum @6 :UInt32;
  # Low 32 bits of XXH3-64 over the payload, seeded with the XXH3-64 of four
  # little-endian words: tick, baseTick, epoch << 32 | columns,
  # part << 16 | flags.

  payload @7 :Data;
  # Version 1, only read. Little-endian, in this order, W = ceil(columns / 64)
  # words of 8 bytes:
  #   [W words]  presence, bit i of the whole = column i   (flags bit 0)
  #   [W words]  estimated: an increment that covered several ticks was spread
  #              in whole numbers, remainder last             (flags bit 1)
  #   W words    non-zero: columns whose residual is not 0
  #   residuals of those, ascending column, zigzag varint (LEB128, <= 10 bytes)
  #   [W words, then zigzag varints]  raw: counters whose raw reading is stated:
  #              all present ones in a key frame; in others those that were
  #              reset or came back from a gap               (flags bit 2)
  #
  # Version 2: bits, the lowest of each byte first; numbers of a given count of
  # bits lowest first. What follows the last is less than a byte and 0.
  #
  #   [sets]     where presence is not the expected one       (flags bit 0)
  #   [sets]     estimated                                    (flags bit 1)
  #   words      for each 64 columns that have a present one:
  #     [set]    which quiet present columns have a residual that is not 0;
  #              only where there is a quiet present one
  #     1 bit    for each lively present column: whether its residual is not 0
  #     values   of those columns and all busy present ones, ascending
  #   [sets, then readings]  where the raw readings are not of the expected
  #              counters; of each counter 1 bit: not 0, and if so the number of
  #              its zigzag                                   (flags bit 2)
  #
  # A section that says nothing is refused.
  #   sets       one set for each 64 columns
  #   set        0, or 1 · 8 bits: bytes that are not 0 · 8 bits for each
  #   number     x >= 1, n = floor(log2 x): 6 bits n · the n bits below the top
  #   value      x: the zigzag of a gauge's residual, a counter's as unsigned.
  #              Width 255: number x. Else y = x - 1, or x of a busy column,
  #              low = (width + 3) / 4, q = y >> low:
  #                q < 12: q zeros · 1 · the low bits of y
  #                else:   12 zeros · number y
  # Expected presence: none in a late part, all in a key frame, else that of the
  # base, and new columns are there. Expected raw: the present counters of a key
  # frame or late part, else none.
  #
  # What both sides learn, for each column:
  #   activity   0 to 7: up by one with a residual that is not 0, down by one
  #              else, also when absent. 0 quiet, 7 busy, else lively.
  #   width      quarters of a bit. After width 255 or 12 zeros:
  #              w(x) = 4 * floor(log2 max(x, 1)) of the number read;
  #              after other values width + floor((w(y) - width + 1) / 4).
  # A key frame and a late part begin with activity 0 and width 255, as do new
  # columns; after a key frame all activity is 0 and gauges have width 255 again.
  # A late part leaves nothing, a frame of version 1 activity 0 and width 255.
  #
  # Residual of a gauge: value minus its value in the base chain (its last
  # present one; 0 where none). Residual of a counter: its increment since the
  # tick before. Arithmetic is modulo 2^64.
}

struct Dimension {
  id @0 :Text;
  name @1 :Text;
  algorithm @2 :UInt8;
  # 0 absolute, 1 incremental, 2 percentage of absolute row, 3 percentage of
  # incremental row, 4 real. 1 and 3 are counters. The column of a real one holds
  # the bits of IEEE doubles, those below the sign inverted where it is set.
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
