#pragma once

/// When a chart is given: always, or from the moment on that it has something
/// to say. Held by the tables of sources, one per chart.

#include <cstdint>
#include <optional>
#include <vector>

#include "actors/collect/source.hpp"

namespace tributary {

enum class chart_presence : uint8_t {
  /// As soon as it has values.
  always,
  /// From the first round on in which one of its values is not 0, as Netdata
  /// does by default: most machines have no use for most of the kernel's error
  /// counters, and a page of flat lines hides the others.
  once_not_zero,
};

class held_chart {
public:
  held_chart(chart_ptr chart, chart_presence presence);

  const chart_ptr& chart() const noexcept {
    return chart_;
  }

  /// Appends a reading, unless all values are none or the chart is withheld.
  /// The first reading of one that was withheld says where its counters stood.
  /// @param values one per dimension.
  void give(const std::vector<std::optional<int64_t>>& values,
            std::vector<chart_reading>& readings);

  /// To be called when a round had no values for it.
  void skip() noexcept {
    before_.clear();
  }

private:
  chart_ptr chart_;
  bool withheld_;
  std::vector<std::optional<int64_t>> before_;
};

} // namespace tributary
