#pragma once

/// Whether the machine's clock is kept in step by somebody. See `man 2
/// adjtimex`.

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "actors/collect/figure_charts.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// What the kernel knows of its clock.
struct clock_facts {
  /// Someone keeps it in step.
  bool is_synchronized = false;
  bool has_hardware_fault = false;
  /// Nanoseconds between it and its reference.
  int64_t offset_ns = 0;
};

/// None if the kernel does not tell (some sandboxes forbid the question).
using clock_facts_reader = std::function<std::optional<clock_facts>()>;

/// The one that asks the kernel, and changes nothing.
std::optional<clock_facts> read_clock_facts();

/// Source `timex`: charts `system.clock_sync_state`, `system.clock_status` and
/// `system.clock_sync_offset`. Reads no file.
class clock_state : public source {
public:
  explicit clock_state(clock_facts_reader read = read_clock_facts);

  std::string_view name() const noexcept override;

  /// Yields `ec::denied` if the kernel does not tell.
  caf::error sample(kernel_files& files,
                    std::vector<chart_reading>& readings) override;

private:
  clock_facts_reader read_;
  figure_charts charts_;
};

} // namespace tributary
