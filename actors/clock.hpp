#pragma once

/// Wall time as a dependency: ticks, retention and lag are computed from it,
/// and tests move it at will. Timers do not use it; they follow CAF's clock.

#include <memory>

#include "schema/types.hpp"

namespace tributary {

class wall_clock {
public:
  virtual ~wall_clock() = default;

  /// Milliseconds since the unix epoch; may step in both directions.
  virtual unix_ms now_ms() const = 0;
};

using wall_clock_ptr = std::shared_ptr<const wall_clock>;

/// The machine's clock.
wall_clock_ptr system_wall_clock();

} // namespace tributary
