#include "actors/collect/clock_state.hpp"

#include <utility>

#include <sys/timex.h>

#include "actors/collect/define_chart.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* module_name = "timex";
constexpr value_scale ns_as_ms{1, 1'000'000};

figure_chart_row row(const char* id, const char* title, const char* units,
                     int32_t priority, std::vector<figure_row> figures) {
  return {{id, id, "clock synchronization", title, units, chart_type::line,
           priority, module_name},
          chart_presence::always,
          std::move(figures)};
}

std::vector<figure_chart_row> make_charts() {
  return {
      row("system.clock_sync_state", "Clock in step", "state", 1100,
          {gauge_of("state")}),
      row("system.clock_status", "Faults of the clock", "status", 1105,
          {gauge_of("unsync"), gauge_of("clockerr")}),
      row("system.clock_sync_offset", "Offset of the clock to its reference",
          "milliseconds", 1110, {gauge_of("offset", ns_as_ms)}),
  };
}

} // namespace

std::optional<clock_facts> read_clock_facts() {
  struct timex x {};
  if (::adjtimex(&x) < 0)
    return std::nullopt;
  auto is = [&x](int flag) {
    return (x.status & flag) != 0;
  };
  constexpr int64_t ns = 1000; // in a microsecond
  return clock_facts{!is(STA_UNSYNC), is(STA_CLOCKERR),
                     is(STA_NANO) ? x.offset : x.offset * ns};
}

clock_state::clock_state(clock_facts_reader read)
    : read_(std::move(read)), charts_(make_charts()) {}

std::string_view clock_state::name() const noexcept {
  return module_name;
}

caf::error clock_state::sample(kernel_files&,
                               std::vector<chart_reading>& readings) {
  auto facts = read_();
  if (!facts)
    return make_error(ec::denied, "the kernel does not tell of its clock");
  charts_.begin_round();
  charts_.note("state", facts->is_synchronized);
  charts_.note("unsync", !facts->is_synchronized);
  charts_.note("clockerr", facts->has_hardware_fault);
  charts_.note("offset", facts->offset_ns);
  charts_.end_round(readings);
  return caf::none;
}

} // namespace tributary
