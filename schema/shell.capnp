@0xd2a1f6c07b3e4a95;
# How a shell speaks with a node over the Unix socket `shell.sock` of its run
# directory. Either side sends: u32 length in bytes (little-endian, a multiple of
# 8), u32 zero, then one ShellMessage in Cap'n Proto's stream framing. The shell
# asks, the node answers each request once, in order. The node closes the
# connection on anything else.
#
# Answers are tables that say themselves how they are to be shown, so that an
# older shell shows what a newer node has learned to tell.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tributary::wire");

struct ShellMessage {
  union {
    request @0 :ShellRequest;
    report @1 :ShellReport;
    failure @2 :ShellFailure;
  }
}

struct ShellRequest {
  words @0 :List(Text);
  # The command and its arguments, for example "actors", "collector".
}

struct ShellFailure {
  code @0 :Text;
  # As in logs, for example "not_found".
  words @1 :Text;
}

struct ShellReport {
  tables @0 :List(ShellTable);
  document @1 :Text;
  # Shown behind the tables as it is, for example the answer to a query.
}

struct ShellTable {
  key @0 :Text;
  # Name in JSON, for example "actors".
  title @1 :Text;
  # For people; may be empty.
  columns @2 :List(ShellColumn);
  rows @3 :List(ShellRow);
  # As many cells as columns each.
  vertical @4 :Bool;
  # One row, shown to people as a line for each column.
}

struct ShellColumn {
  key @0 :Text;
  # Name in JSON with its unit, for example "busy_ns".
  heading @1 :Text;
  # For people, without the unit.
  kind @2 :Kind;
  jsonOnly @3 :Bool;
  # People see it otherwise, for example by the place in a tree.

  enum Kind {
    text @0;
    count @1;
    bytes @2;
    nanoseconds @3;
    milliseconds @4;
    timeMs @5;
    # An instant, unix time in milliseconds.
    tick @6;
    # An instant, unix time in seconds.
    perMille @7;
    # A share; 1000 is all.
  }
}

struct ShellRow {
  depth @0 :UInt16;
  # In a tree: how far below the top level the row stands.
  cells @1 :List(ShellCell);
}

struct ShellCell {
  union {
    none @0 :Void;
    text @1 :Text;
    number @2 :Int64;
  }
}
