#include "config/compression.hpp"

#include <algorithm>

namespace tributary {

compression_rules merged(const compression_rules& specific,
                         const compression_rules& general) {
  return {specific.enabled ? specific.enabled : general.enabled,
          specific.order ? specific.order : general.order};
}

link_codec chosen_codec(const compression_rules& rules,
                        const std::vector<link_codec>& offered) {
  if (!rules.enabled.value_or(true))
    return link_codec::none;
  auto& wanted = rules.order ? *rules.order : offered;
  for (auto x : wanted)
    if (x != link_codec::none
        && std::find(offered.begin(), offered.end(), x) != offered.end())
      return x;
  return link_codec::none;
}

} // namespace tributary
