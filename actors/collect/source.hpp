#pragma once

/// A source turns kernel files into readings of charts. Pure: it sees text
/// through `kernel_files`, knows no actor, no clock and no frame; the collector
/// that runs it adds the time.

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <caf/error.hpp>

#include "actors/collect/kernel_files.hpp"
#include "schema/chart.hpp"

namespace tributary {

/// What one chart read at one tick.
struct chart_reading {
  /// Stays the same pointer from tick to tick while the definition does, so
  /// that the framer finds its columns without comparing texts.
  chart_ptr chart;
  /// One per dimension: the kernel's raw counter or gauge; none is a gap.
  std::vector<std::optional<int64_t>> values;
  /// What the same dimensions read one round before, in the first reading of a
  /// chart whose counters were watched before it was given, so that their first
  /// increment is not lost; else empty.
  std::vector<std::optional<int64_t>> before = {};
};

/// One kernel file (or a few that belong together).
class source {
public:
  virtual ~source() = default;

  /// Name in logs, options and `chart::module`, for example `proc.stat`.
  virtual std::string_view name() const noexcept = 0;

  /// Reads once and appends what it saw to `readings`. A malformed line is
  /// skipped, never guessed at; an error names what could not be read and the
  /// fault, and what was appended beside it holds. May be called again after an
  /// error.
  virtual caf::error sample(kernel_files& files,
                            std::vector<chart_reading>& readings)
      = 0;
};

using source_ptr = std::unique_ptr<source>;

} // namespace tributary
