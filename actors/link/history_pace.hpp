#pragma once

/// How fast what a parent is owed is paid, and how long the rest will take. An
/// average that forgets with a time constant of ten seconds: windows are paid
/// by the hundred ticks at once. Pure.

#include <cstdint>

namespace tributary {

class history_pace {
public:
  /// So many ticks were acknowledged, or turned out to be nobody's.
  void paid(int64_t ticks) noexcept {
    paid_ += ticks;
    total_ += ticks;
  }

  /// A second has passed. True once all that was owed is paid.
  /// @param owed ticks that are owed now
  bool second_passed(int64_t owed) noexcept;

  int64_t ticks_per_s() const noexcept;

  /// Milliseconds until `owed` ticks are paid at this pace; 0 when none is
  /// owed, -1 when nobody can tell.
  int64_t left_ms(int64_t owed) const noexcept;

  /// Since something was owed after nothing was.
  int64_t paid_ticks() const noexcept {
    return total_;
  }

  int64_t seconds() const noexcept {
    return seconds_;
  }

private:
  int64_t paid_ = 0;
  int64_t total_ = 0;
  int64_t seconds_ = 0;
  double ticks_per_s_ = 0;
};

} // namespace tributary
