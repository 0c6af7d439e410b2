#pragma once

/// Spreads the TLS handshakes of a link port over time, so that thousands that
/// come at once leave the thread that serves all links free for those that are
/// up. Pure; for one thread.

#include <cstdint>
#include <optional>

namespace tributary {

class handshake_gate {
public:
  /// Handshakes may take one part in so many of the thread's time.
  static constexpr int64_t share = 4;

  /// So much may begin at once when nothing has been for a while.
  static constexpr int64_t burst_us = 10'000;

  /// Whoever would wait longer is turned away: well within the time for the
  /// hello, and some 3,000 handshakes of 0.4 ms.
  static constexpr int64_t wait_us_max = 5'000'000;

  /// Takes a turn. How long until it, in microseconds, 0 for now; none when
  /// the wait would be too long.
  std::optional<int64_t> take_turn(int64_t now_us);

  /// What a handshake took after its turn, of which the next ones learn. A
  /// turn that is never used costs what it was taken for.
  void spent(int64_t now_us, int64_t cost_us);

  /// What the later steps of one took, which the next ones wait for too.
  void spent_more(int64_t cost_us);

  /// What the first step, the dear one, is expected to take.
  int64_t expected_us() const noexcept {
    return expected_us_;
  }

private:
  /// Everything before is given away.
  int64_t free_at_us_ = 0;
  /// A P-256 certificate on a slow machine, until something is known.
  int64_t expected_us_ = 500;
};

} // namespace tributary
