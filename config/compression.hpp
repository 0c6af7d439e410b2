#pragma once

/// What sections of `stream.conf` say about packing the links of children, and
/// what follows for a child that offers something. Pure.

#include <optional>
#include <vector>

#include "schema/link_codec.hpp"

namespace tributary {

/// Of an API key or a machine.
struct compression_rules {
  /// None: what the next less specific section says, at last yes.
  std::optional<bool> enabled;
  /// What may be used, preferred first. None: likewise, at last all in the
  /// order of the child.
  std::optional<std::vector<link_codec>> order;
};

/// `specific` where it says something, else `general`.
compression_rules merged(const compression_rules& specific,
                         const compression_rules& general);

/// What packs the link of a child that offers these, preferred first; none
/// where nothing is both offered and allowed.
link_codec chosen_codec(const compression_rules& rules,
                        const std::vector<link_codec>& offered);

} // namespace tributary
