#pragma once

/// Which acks wait for the nodes above, on a node that keeps no history: what
/// it acknowledges its own parent has acknowledged. Knows no actor but the
/// names of sources, and no clock; the writer owns one.

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "actors/protocol.hpp"
#include "schema/coverage.hpp"
#include "store/store.hpp"

namespace tributary {

class upstream_gate {
public:
  /// A frame of a source that is in the journal.
  struct waiting_frame {
    journal_position position = 0;
    host_number host = 0;
    /// 0: its tick is not here, only the ack is owed.
    epoch_number epoch = 0;
    tributary::tick tick = 0;
    uint64_t lane_number = 0;
  };

  /// A window that is a block.
  struct waiting_window {
    uint64_t token = 0;
    /// All that was in the journal when the block was written.
    journal_position position = 0;
    host_number host = 0;
    std::vector<coverage_run> runs;
  };

  void wait(const source_actor& source, const waiting_frame& what);
  void wait(waiting_window what);

  /// A link to a parent begins: of no host is known what it has.
  void begin_link();

  /// What the parent has of a host. True when it lacks ticks that were
  /// acknowledged here: sources must compare theirs anew. What is older than
  /// all that it has is no loss, retention took it; nor is what it does not
  /// want, which is before `wanted_since`.
  bool open(host_number host, const coverage& above, tick wanted_since = 0);

  /// The parent does not take the host: of what waits nothing passes, and its
  /// sources must be told.
  void refuse(host_number host);

  /// Whether the parent of the link, or of the last one, said what it has.
  bool is_open(host_number host) const {
    return open_.count(host) != 0;
  }

  bool is_refused(host_number host) const {
    return refused_.count(host) != 0;
  }

  /// What is acknowledged above.
  const coverage& above(host_number host) const;

  /// The first tick that the parent of the link wants of the past; 0: all.
  tick wanted_since(host_number host) const {
    auto i = open_.find(host);
    return i == open_.end() ? 0 : i->second;
  }

  /// What need not wait any more.
  struct passed {
    /// The highest lane number by source, without gaps below.
    std::map<source_actor, uint64_t> frames;
    std::vector<uint64_t> tokens;
  };

  /// @param receiver where the parent stands; null: there was none yet.
  passed pass(const subscriber* receiver);

  /// The source is gone: its acks have nobody to go to.
  void forget(const caf::actor_addr& source);

private:
  bool is_passed(const subscriber& receiver, journal_position position,
                 host_number host, const tick_set& ticks) const;

  std::map<source_actor, std::deque<waiting_frame>> frames_;
  std::deque<waiting_window> windows_;
  /// With what is wanted of the past.
  std::map<host_number, tick> open_;
  std::set<host_number> refused_;
  std::map<host_number, coverage> above_;
};

} // namespace tributary
