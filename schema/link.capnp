@0xb94c5d1e6a7f2083;
# The link: how two nodes speak. TCP; each side first sends the 8 bytes
# "TRBL" 0 0 0 1, then messages: u32 length in bytes (little-endian, a multiple
# of 8), u32 zero, then one Message in Cap'n Proto's stream framing.
#
#   child                                   parent
#     preface, hello ------------------------>    nothing else is read, and no
#     <--------------- preface, welcome | refuse  more than 16 KiB, before it
#     hostOpen (one a host), hostState ------>
#     <------------------ hostAccept | hostRefuse
#     roster, frame ... (live lane) --------->
#     layout, block ... (history lane) ------>
#     <--------------------------------- ack, needKey
#     <------------------ ping, pong ------------>
#     <----------------------------------- request    asks a node below
#     reply (in pieces) --------------------->
#     bye ------------------------------------>   either side
#
# One link multiplexes many hosts: a channel is a number that the child gives a
# host for the life of the link. A refused host never closes the link.
#
# Each lane numbers its messages 1, 2, 3 ...; an ack names the last number up to
# which everything is durable in the sense of welcome.durability (or was had
# before, or was refused by a needKey that went out earlier). The numbers live
# for one link; what survives it is the sender's cursor and the coverage.
#
# Packed runs: a child names codecs in its hello, the welcome one of them. From
# then on the child may send frames and rosters in runs. A run stands where a
# message does, behind two other length words: u32 length in bytes (any), u32 raw
# (not 0). Where raw is greater than length, the bytes are packed by the codec
# (lz4: one block; zstd: one frame) and unpack to exactly raw; else they are the
# run. One of more than 2^welcome.runBytesLog, or 128 times its length, ends the
# link. In a run stand, one behind the other,
#   0 · a frame or roster as it would travel alone, with its length words
#   head · u32 checksum · number of payload bytes · payload     a lean frame:
#     head = (channel + 1) * 32 + (1 where baseTick is 0) * 16 + flags, a number.
#     Its lane number is one more than the last one; tick, epoch and columns are
#     those of the channel's last frame of part 0 and its tick + 1; baseTick is
#     0 or the tick of that; part is 0. Its sealed bytes are those of the one
#     segment root, data, payload, padded with zeros.
# Numbers are LEB128, no longer than they have to be. Nothing of a run is
# remembered but that of each channel, whether frames came in runs or alone.
# Requests: a parent may ask a child whose hello has wish 4 what it and the nodes
# below it do. Up to 8 wait at a time; a child may drop a link with more. Each is
# answered once, in any order. An answer comes in pieces of at most 32 KiB, of
# which at most two are under way on a link, whatever requests they belong to: a
# `more` of the parent's makes room for one, so that live frames pass between
# them. A node that passes a request on gives the next less time than it has
# itself, so that who names the one that is late is the one above it.
#
# Credit: the child keeps at most creditBytes of unacknowledged frames and
# blocks per lane in flight (counted as `sealed` sizes). A parent may drop a
# link that sends more.

using Cxx = import "/capnp/c++.capnp";
using Schema = import "frame.capnp";
$Cxx.namespace("tributary::wire");

struct Message {
  union {
    hello @0 :Hello;
    welcome @1 :Welcome;
    refuse @2 :Refuse;
    hostOpen @3 :HostOpen;
    hostAccept @4 :HostAccept;
    hostRefuse @5 :HostRefuse;
    hostClose @6 :HostClose;
    roster @7 :RosterUpdate;
    layout @8 :LayoutUpdate;
    frame @9 :SealedFrame;
    block @10 :SealedBlock;
    ack @11 :Ack;
    needKey @12 :NeedKey;
    ping @13 :Ping;
    pong @14 :Ping;
    bye @15 :Bye;
    packed @16 :Void;
    # No message: packed runs have length words of their own, as told above.
    drain @17 :Drain;
    request @18 :Request;
    reply @19 :Reply;
    hostState @20 :HostState;
  }
}

enum Presence {
  # Whether somebody delivers a host to the sender of the word.
  online @0;
  # Also of a sender that does not tell.
  offline @1;
  # What it has of the host is of the past.
}

enum Reason {
  # Why a link or a host is refused or ended, as both sides log and show it.
  none @0;
  denied @1;
  # Key, address or section does not admit the node: one answer for all, the
  # parent's log alone tells which.
  version @2;
  loop @3;
  clone @4;
  busy @5;
  shutdown @6;
  malformed @7;
  timeout @8;
  replaced @9;
  # A newer link of the same node took over.
  unsupported @10;
  draining @11;
  # The parent is being emptied: its children go to their next destination.
  tlsWanted @12;
  # The port takes TLS only, and this link came without it.
}

struct Hello {
  versionMin @0 :UInt16;
  versionMax @1 :UInt16;
  # This document is version 2. In version 1 the payloads of frames are of
  # version 1; a parent of version 2 takes both. A child only seals version 2 and
  # asks for no less, so that a parent of version 1 refuses it by name.
  nodeHigh @2 :UInt64;
  nodeLow @3 :UInt64;
  bootHigh @4 :UInt64;
  bootLow @5 :UInt64;
  apiKey @6 :Text;
  hostname @7 :Text;
  program @8 :Text;
  codecs @9 :UInt16;
  # What may pack runs, preferred first: four bits each, the lowest first, 0
  # behind the last. 1 lz4, 2 zstd; others are passed over.
  wishes @10 :UInt16;
  # Bits. 1: understands drain. 2: this is a question: the child wants to know
  # whether it would be welcome and what is here of its own host, and leaves
  # then. A parent answers it with welcome or refuse and closes. 4: takes
  # requests, if only to refuse them by name.
}

struct Welcome {
  version @0 :UInt16;
  nodeHigh @1 :UInt64;
  nodeLow @2 :UInt64;
  hostname @3 :Text;
  durability @4 :UInt8;
  # What an ack means there: 0 disk, 1 ram, 2 upstream.
  creditBytes @5 :UInt32;
  pingMs @6 :UInt32;
  program @7 :Text;
  codec @8 :UInt8;
  # One that the hello named, or 0: nothing is packed.
  runBytesLog @9 :UInt8;
  # Runs unpack to at most two to this power of bytes.
  newest @10 :UInt32;
  # Only in the answer to a question: the newest tick of the child's own host
  # that is durable here; 2^32-1 for a later one, 0 for none, or not known.
  knows @11 :UInt16;
  # Bits. 1: understands hostState.
  replicationStepS @12 :UInt32;
  # Seconds of windows that the child may have in flight on the history lane, at
  # least one window; 0: as many as it likes.
}

struct Refuse {
  reason @0 :Reason;
  detail @1 :Text;
  # For people; empty where reason is denied. Where it is clone: who is live
  # with the machine GUID of the hello.
}

struct HostOpen {
  channel @0 :UInt32;
  host @1 :Schema.Host;
  path @2 :List(GuidWords);
  # Nodes that the host's data came through, origin first, the sender last.
  # A node that finds itself in it answers hostRefuse loop.
  reopened @3 :Bool;
  # The channel was open before on this link; its definition changed.
  state @4 :Presence;
  why @5 :Text;
  # Why it is offline, for people.
}

struct HostState {
  # Only to a parent whose welcome knows it.
  channel @0 :UInt32;
  state @1 :Presence;
  why @2 :Text;
}

struct GuidWords {
  high @0 :UInt64;
  low @1 :UInt64;
}

struct HostAccept {
  channel @0 :UInt32;
  coverage @1 :List(Schema.Run);
  # What is durable there, ascending and disjoint. The child owes the rest.
  wantedSince @2 :Int64;
  # Of what was missing or owed before, the child owes only ticks from this one
  # on; what else it sends is taken. A node whose acks wait for those above it
  # passes on what they want.
}

struct HostRefuse {
  channel @0 :UInt32;
  reason @1 :Reason;
}

struct HostClose {
  # The sender no longer receives this host; it stays known.
  channel @0 :UInt32;
  reason @1 :Reason;
}

struct RosterUpdate {
  channel @0 :UInt32;
  roster @1 :Schema.Roster;
}

struct LayoutUpdate {
  # Comes before the first block of the link that names it.
  channel @0 :UInt32;
  sealed @1 :Data;
  # Bytes of a Schema.Layout message.
}

struct SealedFrame {
  # Live lane.
  channel @0 :UInt32;
  number @1 :UInt64;
  sealed @2 :Data;
  # Bytes of a Schema.Frame message.
}

struct SealedBlock {
  # History lane. The groups of one window follow each other, group 0 first;
  # the window counts when its last group is there.
  channel @0 :UInt32;
  number @1 :UInt64;
  group @2 :UInt16;
  groupCount @3 :UInt16;
  sealed @4 :Data;
  # Bytes of a store Block message.
}

struct Ack {
  live @0 :UInt64;
  history @1 :UInt64;
}

struct NeedKey {
  channel @0 :UInt32;
  tick @1 :Int64;
  # First tick that could not be read; the sender owes it and all up to the
  # next key frame. 2^40: nothing was lost, somebody above wants a key frame.
}

struct Ping {
  cookie @0 :UInt64;
}

struct Bye {
  reason @0 :Reason;
}

struct Drain {
  # Only to a child whose wishes have it. The child opens a link to another
  # destination before it leaves, once all that it sent is acknowledged.
  stays @0 :Bool;
  # From the child: it has nowhere else to go, and stays until it has.
  ended @1 :Bool;
  # From the parent: never mind.
}

struct Request {
  id @0 :UInt64;
  # One more than the last one of this link that was no `more` or `cancel`; the
  # reply names it. 0 with `more`.
  waitMs @1 :UInt32;
  # How long the receiver may take.
  via @2 :List(GuidWords);
  # Nodes that the request came through, who asks first, the sender last. A node
  # that finds itself in it answers `loop`; with `path` it has at most 16.
  path @3 :List(Text);
  # Names or GUIDs of nodes, the next one first, that lead from the receiver to
  # the node that shall answer; empty: the receiver.
  union {
    introspect @4 :List(Text);
    # A command of the shell and its arguments, of those that change nothing.
    query @5 :Text;
    # Parameters of /api/v1/data, as they stand in a URL.
    more @6 :Void;
    # A piece arrived: room for another.
    cancel @7 :Void;
    # Nobody waits for the reply to `id` any more.
  }
}

struct Reply {
  id @0 :UInt64;
  more @1 :Bool;
  # Another piece of this reply follows.
  piece @2 :Data;
  # All pieces of a reply, at most 4 MiB, are one message of shell.capnp with its
  # length words: a report, or a failure that names the node which could not
  # answer. Nodes on the way do not look into it.
}
