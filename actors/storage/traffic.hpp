#pragma once

/// What flows between sessions, framer, ingest, writer, reader and subscribers.
/// Plain immutable values; actors/protocol.hpp says who sends which.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "actors/protocol.hpp"
#include "schema/definition.hpp"
#include "schema/frame.hpp"
#include "store/hot.hpp"
#include "store/store.hpp"

namespace tributary {

/// Whether somebody delivers a host to the node that its source speaks for.
struct presence {
  bool online = true;
  /// Why it is not, for people.
  std::string why;

  friend bool operator==(const presence& x, const presence& y) {
    return x.online == y.online && x.why == y.why;
  }
};

/// A host that a source (framer or session) wants to deliver.
struct host_offer {
  host_definition definition;
  /// Nodes that the data came through, origin first.
  std::vector<guid> path;
  /// Of the key that it comes with; 0 for the own host. See `key_mark`.
  uint32_t key_mark = 0;
  tributary::presence presence;
};

/// A host came or went below its source.
struct host_presence {
  source_actor source;
  host_number number = 0;
  tributary::presence presence;
};

/// What the writer knows of an offered host.
struct host_standing {
  host_number number = 0;
  /// What is durable here.
  coverage durable;
  host_definition definition;
  /// What the nodes above want of the past, where acks wait for theirs; 0: all.
  tick wanted_since = 0;
};

/// A frame as its source hands it over.
struct incoming_frame {
  host_number host = 0;
  /// Number on the source's lane; acks name it.
  uint64_t lane_number = 0;
  frame_ptr frame;
};

/// Frames of one source in lane order.
struct incoming_batch {
  /// Gets `need_key` and acks; may be null for the framer, which needs neither.
  source_actor source;
  std::vector<incoming_frame> frames;
};

struct incoming_roster {
  source_actor source;
  host_number host = 0;
  roster_run run;
};

/// A complete window from a source's history lane, checked.
struct incoming_window {
  source_actor source;
  guid source_node;
  host_number host = 0;
  uint64_t lane_number = 0;
  received_window window;
};

/// What ingest hands to the writer, in journal order.
struct journal_batch {
  struct entry {
    journal_item item;
    /// False when the frame was had before: only the ack is owed.
    bool append = true;
    uint64_t lane_number = 0;
    source_actor source;
    /// Of a frame whose epoch is not the newest of its host: the store may have
    /// dropped it. Else null.
    roster_ptr columns_of = nullptr;
  };

  std::vector<entry> entries;
};

struct closed_windows {
  host_number host = 0;
  std::vector<closed_window_ptr> windows;
  /// They are of a clock that is ahead; see `closed_mark`.
  bool is_ahead = false;
  /// Where the host's mark moved back to.
  std::optional<closed_mark> moved_back;
};

/// Handed over before the journal that has their frames.
struct late_rows {
  host_number host = 0;
  std::vector<late_row_ptr> rows;
};

// -- publication --------------------------------------------------------------

struct host_summary {
  host_number number = 0;
  host_definition definition;
  std::vector<guid> path;
  /// Of the key that it came with last; 0 for the own host.
  uint32_t key_mark = 0;
  /// A source delivers it now; those that have only its past do not count.
  bool connected = false;
  /// Why it is not, for people.
  std::string reason;
  /// Not of ticks that are ahead of this node's clock.
  tick newest = 0;
  /// The last of those, 0 where there are none.
  tick newest_ahead = 0;
  tick oldest = 0;
  /// When the newest frame came, on this node's clock; 0 before the first.
  unix_ms newest_arrival_ms = 0;
  /// When the newest window of its past came, on this node's clock.
  unix_ms window_arrival_ms = 0;
  /// When it was connected last, on this node's clock; 0: not since the start,
  /// or it is.
  unix_ms left_ms = 0;
  roster_ptr columns_of;
};

/// A frame that was just accepted, at its place in the journal.
struct published_frame {
  journal_position position = 0;
  host_number host = 0;
  frame_ptr frame;
  /// Its values, for hosts that somebody watches; else null.
  std::shared_ptr<const frame_row> row;
  roster_ptr columns_of;
};

/// The whole roster of an epoch after it grew.
struct published_roster {
  host_number host = 0;
  roster_ptr columns_of;
};

/// A host appeared, changed, or its source came or went.
struct published_host {
  host_summary summary;
};

/// A host was forgotten: nothing of it is here any more.
struct published_end {
  host_number host = 0;
};

/// A subscriber is owed more than it knows; meant for that one alone.
using published_debt = commit_report::debt;

using published_item
    = std::variant<published_frame, published_roster, published_host,
                   published_end, published_debt>;

struct publication {
  std::vector<published_item> items;
};

/// What a new subscriber starts from.
struct subscription_start {
  /// Everything behind this position will be published to it.
  journal_position head = 0;
  std::vector<host_summary> hosts;
};

// -- resuming -----------------------------------------------------------------

/// Where a subscriber stands, from the writer.
struct subscriber_standing {
  /// False: it is new here and owed everything.
  bool known = false;
  journal_position position = 0;
  /// First position that the journal still holds.
  journal_position journal_first = 0;
  std::map<host_number, tick_set> owed;
  std::map<host_number, coverage> durable;
};

/// A piece of the journal.
struct journal_chunk {
  std::vector<published_frame> frames;
};

/// A subscriber's progress, to be made durable with the next commit.
struct cursor_update {
  guid subscriber;
  /// 0: unchanged.
  journal_position position = 0;
  std::vector<std::pair<host_number, tick_set>> owe;
  std::vector<std::pair<host_number, tick_range>> pay;
};

/// How the parent of a link stands to a host.
struct host_above {
  enum class stance {
    /// It takes the host from now on.
    takes,
    /// As before: another key, or another configuration, changed nothing.
    still_takes,
    /// It does not take the host, or it is not sent to it.
    refuses,
    /// It takes the host no longer.
    closed,
  };

  host_number host = 0;
  stance is = stance::refuses;
  /// Where it takes the host: what it has.
  coverage durable;
  /// It is owed nothing of the time before.
  tick wanted_since = 0;
};

/// The host that was forgotten last.
struct forget_state {
  enum phase {
    none,
    /// Nobody has it any more; what is on disk of it goes.
    running,
    done,
    /// It will be with the next commit that succeeds: a crash before brings it
    /// back.
    waiting,
  };

  phase at = none;
  std::string hostname;
  guid host;
  /// Entries of the store that were erased.
  uint64_t entries = 0;
};

// -- queries ------------------------------------------------------------------

struct hot_request {
  /// Empty: the node's own host.
  guid host;
  tick from = 0;
  tick to = 0;
};

struct hot_answer {
  host_summary host;
  /// Open windows and those that wait for their block, not decoded yet.
  std::vector<hot_window> open;
  /// Late rows that wait for their block.
  std::vector<late_row_ptr> late;
  /// What of it is decoded: tables, any number for a window.
  std::vector<window_table> windows;
};

/// What a host's columns read last.
struct host_latest {
  host_summary host;
  latest_readings latest;
  /// Empty when nobody asked for them.
  column_sums sums;
};

/// Sealed groups of one window, stored ones byte for byte.
struct window_groups {
  host_number host = 0;
  tick start = 0;
  std::vector<sealed_group> groups;
};

} // namespace tributary
