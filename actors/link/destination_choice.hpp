#pragma once

/// Which parent of the list is tried next, and when: ordered failover, waits by
/// cause, and when a preferred one is asked whether it is back. Pure: whoever
/// uses it says what happened and what time it is, in milliseconds of a clock
/// that nobody sets.

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <caf/error.hpp>

#include "schema/link.hpp"

namespace tributary {

/// Why an attempt or a link came to its end.
enum class link_end : uint8_t {
  /// Refused, no route, or a name that does not resolve.
  unreachable,
  timed_out,
  /// Key, address, certificate, version: somebody must change something.
  denied,
  loop,
  /// Another destination leads to the same node.
  same_parent,
  busy,
  shutdown,
  draining,
  /// A link that was up and broke or fell silent.
  lost,
};

/// @param refusal what the parent said, `none` if it said nothing.
link_end end_of(const caf::error& error, link_reason refusal) noexcept;

/// The waits that a list is used with.
struct destination_waits {
  int64_t min_ms = 5000;
  /// `[stream] reconnect delay`.
  int64_t max_ms = 15000;
};

/// Milliseconds, uniform from..to, until a destination is tried again.
struct wait_range {
  int64_t from_ms = 0;
  int64_t to_ms = 0;
};

/// With R for the longest reconnect delay: unreachable, lost or stopped 5 s to
/// R; timed out or busy 5 s to 2 R; denied or draining R to 2 R; a loop or the
/// same parent again 4 R to 8 R. Nothing grows beyond that.
wait_range wait_after(link_end cause, const destination_waits& waits) noexcept;

class destination_choice {
public:
  explicit destination_choice(uint64_t seed) : random_(seed) {
    // nop
  }

  /// A list of so many, none of which was tried.
  void reset(size_t count, destination_waits waits);

  struct step {
    size_t index = 0;
    /// 0: now.
    int64_t wait_ms = 0;
  };

  /// The first in order that need not wait, else the one whose wait ends first.
  step next(int64_t now_ms) const;

  /// All that need not wait, in order.
  std::vector<size_t> candidates(int64_t now_ms) const;

  /// A link to it is up.
  void welcomed(size_t index, int64_t now_ms);

  /// A link to it was given up for another one; nothing is wrong with it.
  void left(size_t index);

  /// An attempt, a question or a link ended. True if it was not known to fail
  /// for this reason.
  bool failed(size_t index, link_end cause, std::string reason, int64_t now_ms);

  /// Whether a link to it is up, and has been for long.
  bool is_calm(size_t index, int64_t now_ms) const;

  /// It need not wait after all.
  void forgive(size_t index);

  /// Which other one should be asked now whether it would take us, while
  /// `current` is up: the first in order before it, or wherever in the list if
  /// we have to go.
  std::optional<size_t> to_ask(size_t current, bool anywhere,
                               int64_t now_ms) const;

  /// Whoever may be tried may be asked at once.
  void hurry();

  /// Milliseconds until it may be tried; 0: now.
  int64_t wait_ms(size_t index, int64_t now_ms) const;

  /// Milliseconds until it is asked while another one is up; 0: now.
  int64_t ask_ms(size_t index, int64_t now_ms) const;

  /// Why it failed last; empty when it did not since it was up.
  const std::string& reason(size_t index) const {
    return entries_[index].reason;
  }

  /// A link that was up this long is no flapping one.
  static constexpr int64_t calm_ms = 60'000;

  /// Nobody goes back to a parent that lost its link again and again within
  /// `calm_ms` sooner than this; the wait doubles from `calm_ms` up to it.
  static constexpr int64_t flap_wait_ms_max = 16 * calm_ms;

  /// After a link was lost, the next parent is tried within this: those that
  /// lost the same one do not all come in the same instant.
  static constexpr int64_t spread_ms = 1000;

private:
  struct entry {
    int64_t due_ms = 0;
    int64_t ask_due_ms = 0;
    /// -1: no link to it is up.
    int64_t up_since_ms = -1;
    uint32_t flaps = 0;
    std::string reason;
  };

  int64_t uniform(int64_t from, int64_t to);

  std::mt19937_64 random_;
  destination_waits waits_;
  std::vector<entry> entries_;
  int64_t spread_until_ms_ = 0;
};

/// What the parents that answered have of the own host; see
/// Welcome.newest in link.capnp.
using newest_by_destination = std::map<size_t, tick>;

/// Parents whose newest ticks are this close are equal: a commit, or a hop that
/// they have from each other, is no reason to prefer one.
constexpr tick equal_ticks_max = 60;

/// The first in order of those that are equal to the newest. `found` must not
/// be empty.
size_t freshest_of(const newest_by_destination& found);

} // namespace tributary
