#pragma once

/// What waits to go up the live lane and what is on its way: numbers, credit,
/// the cursor. Pure. What it can't hold becomes owed; it never blocks.

#include <deque>
#include <map>
#include <optional>

#include "actors/storage/traffic.hpp"

namespace tributary {

/// Ticks that the live lane gave up, by host.
using owed_ticks = std::map<host_number, tick_set>;

class live_lane {
public:
  /// Frames that wait, bytes: a minute of a busy relay; beyond, the history
  /// lane carries them.
  static constexpr size_t waiting_bytes_max = 16u << 20;

  /// Begins anew on a fresh link. Frames up to `position` are acknowledged or
  /// owed already.
  void reset(journal_position position, size_t credit_bytes);

  /// Adds a frame behind all others. When there is no room it is not kept, and
  /// the tick is added to `owed`.
  void push(const published_frame& what, owed_ticks& owed);

  /// The next frame to send while credit lasts; null when there is none.
  const published_frame* next() const;

  /// The frame of `next` was sent under the number that is returned.
  uint64_t sent();

  /// The frame of `next` is left out.
  void skipped();

  /// Everything up to this number is durable above. Returns how many frames
  /// that were; a number that was never sent is not believed (0).
  size_t acknowledged(uint64_t number);

  /// Everything up to here was acknowledged or left out.
  journal_position cursor() const noexcept {
    return cursor_;
  }

  size_t waiting() const noexcept {
    return waiting_.size();
  }

  uint64_t last_number() const noexcept {
    return last_number_;
  }

  uint64_t acked_number() const noexcept {
    return last_number_ - in_flight_.size();
  }

  size_t in_flight_bytes() const noexcept {
    return in_flight_bytes_;
  }

  /// The newest tick that was acknowledged on this link; 0 when none.
  tick acked() const noexcept {
    return acked_;
  }

  /// What the parent can't read when it lacks a key from tick `t` of a host on:
  /// that tick, and those that were sent behind it and are not acknowledged.
  /// Named one by one: a clock that was ahead leaves a year between two.
  tick_set unread_from(host_number host, tick t) const;

  /// Ticks of a host that were sent and are not acknowledged.
  tick_set unacknowledged(host_number host) const;

private:
  struct in_flight {
    uint64_t number;
    journal_position position;
    size_t bytes;
    host_number host;
    tributary::tick tick;
  };

  void move_cursor();

  std::deque<published_frame> waiting_;
  size_t waiting_bytes_ = 0;
  std::deque<in_flight> in_flight_;
  size_t in_flight_bytes_ = 0;
  size_t credit_bytes_ = 0;
  uint64_t last_number_ = 0;
  journal_position handled_ = 0;
  journal_position cursor_ = 0;
  tick acked_ = 0;
};

} // namespace tributary
