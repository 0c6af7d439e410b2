#include "config/replication.hpp"

#include <algorithm>

namespace tributary {

replication_rules merged(const replication_rules& specific,
                         const replication_rules& general) noexcept {
  return {specific.enabled ? specific.enabled : general.enabled,
          specific.period_s ? specific.period_s : general.period_s,
          specific.step_s ? specific.step_s : general.step_s};
}

tick wanted_since(const replication_rules& rules, tick now) noexcept {
  auto period_s = rules.period_s;
  if (!rules.enabled.value_or(true))
    period_s = std::min(period_s.value_or(short_cut_s), short_cut_s);
  if (!period_s)
    return 0;
  return std::clamp<tick>(now - static_cast<tick>(*period_s), 0, tick_max);
}

} // namespace tributary
