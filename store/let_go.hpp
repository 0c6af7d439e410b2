#pragma once

/// What a store that only passes data on keeps, and for how long: until the
/// node above has it.

#include <cstdint>
#include <functional>

#include "store/records.hpp"

namespace tributary {

/// What a store that passes on may let go of.
struct release_rule {
  /// False: nobody waits for anything.
  bool anybody = false;
  /// Who waits; as long as it is not known, all is wanted.
  guid receiver;
  /// Whether it is known what the receiver has of a host.
  std::function<bool(host_number)> is_settled;
  /// The own host, whose oldest windows go when there is too much: what others
  /// sent they have still, since it was not acknowledged.
  host_number own = 0;
  /// Of journal and blocks.
  uint64_t bytes_max = 0;
};

} // namespace tributary
