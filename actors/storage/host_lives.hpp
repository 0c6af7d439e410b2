#pragma once

/// Tells a host that was restarted, or comes over another relay now, from a
/// clone: another machine that lives with its GUID. What comes over the same
/// sender was decided by that one; what is of the same life is the same host on
/// another way; a life of which only the past is there contests nothing. Else
/// the life that is live here has some seconds to show that it goes on. Plain
/// rules: offers and ticks in, verdicts out.

#include <cstdint>
#include <map>
#include <vector>

#include "schema/definition.hpp"
#include "schema/types.hpp"

namespace tributary {

class host_lives {
public:
  /// How long the life that is there may be silent: four of its ticks.
  static constexpr int64_t wait_ms = 4000;

  /// So many ticks beyond the newest at the offer are no longer what was on
  /// its way when the host ended.
  static constexpr tick proof_ticks = 2;

  /// A clone that comes again within this time is not waited for again...
  static constexpr int64_t remember_ms = 300'000;

  /// ...if the life that is there was heard this lately.
  static constexpr int64_t heard_ms_max = 5000;

  /// Clones of one host that are remembered; the oldest goes.
  static constexpr size_t remembered_max = 16;

  struct life {
    /// Node that delivers it.
    guid sender;
    guid boot;
    /// Not only its past.
    bool online = true;
    /// When a tick of it came last; 0: none yet.
    unix_ms heard_ms = 0;
  };

  enum class verdict { take, wait, clone };

  /// A life is offered beside those that are delivered. After `wait` it is
  /// taken when `wait_ms` are over, which `waited` is told, unless `heard` says
  /// before that it is a clone.
  /// @param newest tick of the host that is here, 0: none.
  verdict offered(const life& newcomer, const std::vector<life>& there,
                  tick newest, unix_ms now);

  /// A tick of a life that is delivered has come. Yields the boots that are
  /// known to be of clones now.
  std::vector<guid> heard(const guid& sender, const guid& boot, tick t,
                          unix_ms now);

  /// The time is over, and the newcomer is taken.
  void waited(const guid& boot);

  /// Whether ticks are of any interest.
  bool is_contested() const noexcept {
    return !contests_.empty();
  }

  /// Whether two lives of a host have one number, as those of a machine and its
  /// copy can, one after the other: frames name their life by it, so what is
  /// kept of the first would be read as of the second.
  static bool have_one_number(const host_definition& known,
                              const host_definition& offered);

  /// Whether a life that is offered is another one with a number below that of
  /// the one that is known, so that its ticks would be taken for a past.
  static bool is_numbered_below(const host_definition& known,
                                const host_definition& offered);

private:
  /// By sender and boot of the life that is there: the tick that proves it.
  using proofs = std::map<std::pair<guid, guid>, tick>;

  void remember(const guid& boot, unix_ms now);

  // By the boot of the newcomer.
  std::map<guid, proofs> contests_;
  std::map<guid, unix_ms> clones_;
};

} // namespace tributary
