#include "actors/collect/proc_vmstat.hpp"

#include <string>

#include <unistd.h>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/vmstat";
constexpr const char* module_name = "proc.vmstat";

value_scale pages_as_kib() {
  return {::sysconf(_SC_PAGESIZE), 1024};
}

value_scale pages_as_kib_below() {
  return {-::sysconf(_SC_PAGESIZE), 1024};
}

figure_row renamed(std::string_view key, const char* id,
                   value_scale factor = {}) {
  return counter_of(key, id, id, factor);
}

std::vector<figure_chart_row> make_charts() {
  constexpr auto line = chart_type::line;
  constexpr auto area = chart_type::area;
  constexpr auto always = chart_presence::always;
  constexpr auto once = chart_presence::once_not_zero;
  return {
      {{"system.pgpgio", "system.pgpgio", "disk",
        "Memory paged from and to disk", "KiB/s", area, 151, module_name},
       always,
       {renamed("pgpgin", "in"), renamed("pgpgout", "out", below)}},
      {{"system.swapio", "system.swapio", "swap", "Swap I/O", "KiB/s", area,
        250, module_name},
       once,
       {renamed("pswpin", "in", pages_as_kib()),
        renamed("pswpout", "out", pages_as_kib_below())}},
      {{"mem.oom_kill", "mem.oom_kill", "system", "Processes killed for memory",
        "kills/s", line, 1020, module_name},
       always,
       {renamed("oom_kill", "kills")}},
      {{"mem.pgfaults", "mem.pgfaults", "system", "Page faults", "faults/s",
        line, 1040, module_name},
       always,
       {renamed("pgfault", "minor"), renamed("pgmajfault", "major", below)}},
      {{"mem.numa", "mem.numa", "numa", "Events of memory nodes", "events/s",
        line, 1400, module_name},
       once,
       {renamed("numa_local", "local"), renamed("numa_foreign", "foreign"),
        renamed("numa_interleave", "interleave"),
        renamed("numa_other", "other"),
        renamed("numa_pte_updates", "pte_updates"),
        renamed("numa_huge_pte_updates", "huge_pte_updates"),
        renamed("numa_hint_faults", "hint_faults"),
        renamed("numa_hint_faults_local", "hint_faults_local"),
        renamed("numa_pages_migrated", "pages_migrated")}},
  };
}

} // namespace

proc_vmstat::proc_vmstat() : charts_(make_charts()) {}

std::string_view proc_vmstat::name() const noexcept {
  return module_name;
}

caf::error proc_vmstat::sample(kernel_files& files,
                               std::vector<chart_reading>& readings) {
  if (!has_nodes_)
    has_nodes_
        = files.peek("/sys/devices/system/node/node1/numastat").has_value();
  auto text = files.read(file);
  if (!text)
    return text.error();
  charts_.begin_round();
  line_reader lines{*text};
  while (auto line = lines.next()) {
    word_reader words{*line};
    auto key = words.next().value_or(std::string_view{});
    if (*has_nodes_ || key.substr(0, 5) != "numa_")
      charts_.note(key, words.next_count());
  }
  if (charts_.noted_count() == 0)
    return make_error(ec::corrupt, std::string{file} + ": no sound figure");
  charts_.end_round(readings);
  return caf::none;
}

} // namespace tributary
