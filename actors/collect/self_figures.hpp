#pragma once

/// What a node counts about itself. Owned by the node, shared with the actors
/// that count and with the source `self` that shows the figures as charts.

#include <atomic>
#include <cstdint>
#include <memory>

#include "actors/link/link_directory.hpp"

namespace tributary {

class actor_directory;

/// One figure. Always used with `std::memory_order_relaxed`: each stands for
/// itself, and a reader that sees one a moment before another does no harm.
using figure = std::atomic<int64_t>;

/// Counters only grow while the process lives; gauges are stored. Callers count
/// per frame or per commit, never per sample, so that sharing costs nothing.
struct node_figures {
  /// Counter: frames sealed by the framer of this node's own host.
  figure frames_sealed{0};
  /// Counter: values in those frames.
  figure samples_collected{0};
  /// Counter: frames of the own host that ingest did not take.
  figure frames_refused{0};
  /// Counter: frames admitted from children.
  figure frames_received{0};
  /// Counter: values in those frames.
  figure samples_received{0};
  /// Counter: frames handed to links upwards, over all destinations.
  figure frames_sent{0};
  /// Counter: frames that a parent has acknowledged, over all destinations.
  figure acked_frames{0};
  /// Counter: bytes written to links, after compression, before TLS.
  figure bytes_sent{0};
  /// Counter: bytes read from links, likewise.
  figure bytes_received{0};
  /// Counter: bytes that packing kept off links that this node sends on, and
  /// of those that it reads.
  figure bytes_saved_sent{0};
  figure bytes_saved_received{0};
  /// Counter: requests sent down links, of this node and of those above.
  figure requests_sent{0};
  /// Counter: requests that came down from parents.
  figure requests_received{0};
  /// Counter: pieces of replies that came when nobody waited any more.
  figure late_replies{0};
  /// Counter: transactions that the writer has committed.
  figure commits{0};
  /// Counter: microseconds that it spent committing them.
  figure commit_us{0};
  /// Gauge: microseconds of the last commit.
  figure commit_last_us{0};
  /// Gauge: microseconds of the longest commit since the process started.
  figure commit_longest_us{0};
  /// Counter: commits that failed.
  figure commits_failed{0};
  /// Gauge: bytes of frames that are published and not durable yet.
  figure backlog_bytes{0};
  /// Gauges: bytes of the pages of the journal and of the blocks.
  figure journal_bytes{0};
  figure tier0_bytes{0};
  /// Counter: slots of the grid that a collector did not get to in time.
  figure missed_ticks{0};
  /// Counter: ticks of the own host that a node without a history has dropped
  /// before a parent had them.
  figure dropped_ticks{0};
  /// Counter: steps of the wall clock that were not slewed.
  figure clock_steps{0};
  /// Gauge: hosts known here, the own one included.
  figure hosts{0};
  /// Gauge: links that are up now, to parents and to children.
  figure links_up{0};
  /// Gauge: destinations that should have a link and have none now.
  figure links_down{0};
  /// Counter: links and hosts that were refused because another node is live
  /// with the same machine GUID.
  figure clones_refused{0};
  /// Each link with its state, lag and credit.
  link_directory links;
  /// Each actor with its mailbox and busy time; null where nobody looks.
  std::shared_ptr<const actor_directory> actors;
};

} // namespace tributary
