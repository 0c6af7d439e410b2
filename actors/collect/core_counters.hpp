#pragma once

/// Kernel tables with a line for each kind of event and a column for each CPU.
/// See `man 5 proc`, /proc/interrupts and /proc/softirqs.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/collect/growing_chart.hpp"
#include "actors/collect/narrow_counter.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// Sources `proc.interrupts` and `proc.softirqs`: charts `system.interrupts`
/// and `cpu.cpu<N>_interrupts`, and likewise for `softirqs`, with a dimension
/// for each kind of event that has occurred.
class core_counters : public source {
public:
  /// What distinguishes the two.
  struct subject {
    const char* name;
    const char* file;
    /// Of both charts' ids, their family and units, for example `interrupts`.
    const char* noun;
    const char* title;
    int32_t priority;
    /// That of CPU 0.
    int32_t core_priority;
  };

  explicit core_counters(const subject& what);

  std::string_view name() const noexcept override;

  /// Yields the errors of `kernel_files::read`, and `ec::corrupt` if there is
  /// no line of CPUs or no sound line behind it.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

  /// Columns beyond are not read: the largest machines have half as many.
  static constexpr size_t column_count_max = 4096;

  /// CPUs beyond have no chart of their own, but count in the total.
  static constexpr size_t core_count_max = 64;

  /// Lines of other names are not read: a machine has some hundred.
  static constexpr size_t line_count_max = 1024;

private:
  struct line {
    /// By CPU number.
    std::vector<narrow_counter> cores;
    int64_t total = 0;
    size_t place = 0;
    /// The newest round that saw it.
    uint64_t round = 0;
    /// Of the first CPUs: what was counted, and the place in their charts.
    struct core_share {
      int64_t total = 0;
      size_t place = 0;
    };
    std::vector<core_share> shares;
  };

  bool read_heading(std::string_view text);
  bool sample_line(std::string_view text);
  void count_line(line& what, bool per_core);
  void add_core_charts(size_t count);
  line* find(std::string_view label, std::string_view description);

  const subject& subject_;
  growing_chart machine_;
  std::vector<growing_chart> cores_;
  /// By safe label.
  std::map<std::string, line, std::less<>> lines_;
  uint64_t round_ = 0;
  std::string safe_label_;
  /// CPU number of each column.
  std::vector<size_t> columns_;
  std::vector<int64_t> counts_;
};

class proc_interrupts : public core_counters {
public:
  proc_interrupts();
};

class proc_softirqs : public core_counters {
public:
  proc_softirqs();
};

} // namespace tributary
