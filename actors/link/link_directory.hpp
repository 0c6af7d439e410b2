#pragma once

/// How the links of a node are doing. Sessions and uplinks write it once a
/// second and when their state changes; the shell and the source `self` read
/// it. Links that ended are remembered for a while, with the reason.

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "schema/types.hpp"

namespace tributary {

/// Which way a link leads.
enum class link_side : uint8_t { to_parent, from_child };

/// The word in lists: `parent` or `child`, after who is at the other end.
const char* to_string(link_side x) noexcept;

/// One of the destinations that an uplink has.
struct destination_status {
  std::string address;
  /// The link's own word for the one in use; `ready` for one that may be tried,
  /// `postponed` for one that may not yet.
  std::string state;
  /// Why it failed last, for people; empty when it did not.
  std::string reason;
  /// Milliseconds until it is tried or asked; -1: when it is needed.
  int64_t next_ms = -1;
};

/// One lane of a link.
struct lane_status {
  /// Of the last message that was sent, at a parent's side taken.
  uint64_t last_number = 0;
  /// Everything up to it is durable at the parent.
  uint64_t acked_number = 0;
  /// Frames that wait for credit; on the history lane windows that are read or
  /// on their way.
  uint64_t waiting_count = 0;
  /// Sent and not acknowledged.
  uint64_t in_flight_bytes = 0;
};

struct link_status {
  /// Of the actor that keeps the link.
  uint64_t id = 0;
  link_side side = link_side::from_child;
  /// Name of the node at the other end; empty before it has said it.
  std::string peer;
  /// Destination, or the peer's numeric address.
  std::string address;
  guid node;
  /// Data flows.
  bool up = false;
  /// A word: `connecting`, `greeting`, `resuming`, `open`, `waiting`, `ended`.
  std::string state;
  /// Why it is not up, for people; empty while it is.
  std::string reason;
  /// When it came into this state; kept by the directory.
  unix_ms since_ms = 0;
  unix_ms updated_ms = 0;
  /// Hosts that the parent has accepted.
  uint64_t hosts = 0;
  /// Whole messages with their length words, of this connection.
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
  /// The same before they were packed.
  uint64_t raw_bytes_sent = 0;
  uint64_t raw_bytes_received = 0;
  /// What packs the live lane: `none`, `lz4` or `zstd`; empty as long as the
  /// parent has not said it.
  std::string codec;
  /// What an acknowledgement of this link means: `disk`, `ram` or `upstream`;
  /// empty as long as the parent has not said it.
  std::string durability;
  /// TLS version and who is at the other end by its certificate; empty: plain.
  std::string security;
  /// What the parent lets be in flight on each lane.
  uint64_t credit_bytes = 0;
  lane_status live;
  lane_status history;
  /// Of a link to a parent, in order of preference.
  std::vector<destination_status> destinations;
  /// Ticks that the history lane has still to carry.
  int64_t owed_ticks = 0;
  /// How many of them it carried in a second of late, and how long the rest
  /// takes at that pace: 0 when nothing is owed, -1 when it can't be told.
  int64_t paid_ticks_per_s = 0;
  int64_t owed_left_ms = 0;
  /// Newest tick that is here to be sent, at a parent's side that has arrived;
  /// 0 when none.
  tick newest = 0;
  /// Newest tick that is durable at the parent; 0 when none is known.
  tick acked = 0;

  /// Ticks between the two.
  int64_t lag_ticks() const noexcept;

  /// How old the newest durable tick is; 0 when none is known.
  int64_t lag_ms() const noexcept;
};

/// All links of one node. Thread-safe.
class link_directory {
public:
  /// Adds or replaces the status of the link `status.id`.
  void put(link_status status);

  /// The link is no more. A peer is remembered once, until it is back.
  void end(uint64_t id, const std::string& reason, unix_ms now);

  /// The link was none after all.
  void remove(uint64_t id);

  /// Parents first, then children by name, then what ended, newest first.
  std::vector<link_status> list() const;

  /// Links that ended and are remembered. Strangers who knock all day push out
  /// older ones, nothing else.
  static constexpr size_t ended_max = 64;

private:
  mutable std::mutex mutex_;
  std::map<uint64_t, link_status> links_;
  std::deque<link_status> ended_;
};

} // namespace tributary
