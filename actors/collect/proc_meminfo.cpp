#include "actors/collect/proc_meminfo.hpp"

#include <array>
#include <string>
#include <utility>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/meminfo";
constexpr const char* module_name = "proc.meminfo";
constexpr value_scale kib_as_mib{1, 1024};

figure_row mib(std::string_view key) {
  return gauge_of(key, kib_as_mib);
}

figure_row mib(std::string_view key, std::string id) {
  return gauge_of(key, std::move(id), kib_as_mib);
}

chart_heading heading(const char* id, const char* family, const char* title,
                      chart_type type, int32_t priority) {
  return {id, id, family, title, "MiB", type, priority, module_name};
}

constexpr auto line = chart_type::line;
constexpr auto area = chart_type::area;
constexpr auto stacked = chart_type::stacked;
constexpr auto always = chart_presence::always;
constexpr auto once = chart_presence::once_not_zero;

/// Keys in small letters are computed from others.
std::vector<figure_chart_row> make_charts() {
  auto available = mib("MemAvailable");
  available.what.name = "avail";
  return {
      {heading("system.ram", "ram", "System RAM", stacked, 200),
       always,
       {mib("MemFree", "free"), mib("used"), mib("cached"),
        mib("Buffers", "buffers")}},
      {heading("system.swap", "swap", "System swap", stacked, 201),
       once,
       {mib("SwapFree", "free"), mib("swap used", "used")}},
      {heading("mem.available", "system", "Available RAM for applications",
               area, 1010),
       always,
       {available}},
      {heading("mem.hwcorrupt", "ecc", "Memory with uncorrectable errors", line,
               1020),
       once,
       {mib("HardwareCorrupted")}},
      {heading("mem.committed", "system", "Memory promised to processes", area,
               1030),
       always,
       {mib("Committed_AS")}},
      {heading("mem.writeback", "kernel", "Memory waiting for the disk", line,
               1100),
       always,
       {mib("Dirty"), mib("Writeback"), mib("WritebackTmp", "FuseWriteback"),
        mib("NFS_Unstable", "NfsWriteback"), mib("Bounce")}},
      {heading("mem.kernel", "kernel", "Memory used by the kernel", stacked,
               1101),
       always,
       {mib("Slab"), mib("KernelStack"), mib("PageTables"), mib("VmallocUsed"),
        mib("Percpu")}},
      {heading("mem.slab", "slab", "Slab memory of the kernel", stacked, 1200),
       always,
       {mib("SReclaimable", "reclaimable"),
        mib("SUnreclaim", "unreclaimable")}},
      {heading("mem.transparent_hugepages", "hugepages",
               "Transparent huge pages", stacked, 1250),
       once,
       {mib("AnonHugePages", "anonymous"), mib("ShmemHugePages", "shmem")}},
      {heading("mem.hugepages", "hugepages", "Dedicated huge pages", stacked,
               1251),
       once,
       {mib("huge free", "free"), mib("huge used", "used"),
        mib("huge surplus", "surplus"), mib("huge reserved", "reserved")}},
  };
}

/// Figures that others are computed from.
struct memory_figures {
  std::optional<int64_t> total;
  std::optional<int64_t> free;
  std::optional<int64_t> buffers;
  std::optional<int64_t> cached;
  std::optional<int64_t> reclaimable;
  std::optional<int64_t> swap_total;
  std::optional<int64_t> swap_free;
  std::optional<int64_t> huge_total;
  std::optional<int64_t> huge_free;
  std::optional<int64_t> huge_reserved;
  std::optional<int64_t> huge_surplus;
  std::optional<int64_t> huge_page_kib;
};

using place = std::optional<int64_t> memory_figures::*;

constexpr std::array<std::pair<std::string_view, place>, 12> places{{
    {"MemTotal", &memory_figures::total},
    {"MemFree", &memory_figures::free},
    {"Buffers", &memory_figures::buffers},
    {"Cached", &memory_figures::cached},
    {"SReclaimable", &memory_figures::reclaimable},
    {"SwapTotal", &memory_figures::swap_total},
    {"SwapFree", &memory_figures::swap_free},
    {"HugePages_Total", &memory_figures::huge_total},
    {"HugePages_Free", &memory_figures::huge_free},
    {"HugePages_Rsvd", &memory_figures::huge_reserved},
    {"HugePages_Surp", &memory_figures::huge_surplus},
    {"Hugepagesize", &memory_figures::huge_page_kib},
}};

std::optional<int64_t> product(std::optional<int64_t> x,
                               std::optional<int64_t> y) {
  int64_t result = 0;
  if (!x || !y || __builtin_mul_overflow(*x, *y, &result))
    return std::nullopt;
  return result;
}

void note_computed(const memory_figures& x, figure_charts& to) {
  auto cached = checked_sum(x.cached, x.reclaimable);
  to.note("cached", cached);
  to.note("used",
          checked_difference(
              x.total, checked_sum(checked_sum(x.free, cached), x.buffers)));
  to.note("swap used", checked_difference(x.swap_total, x.swap_free));
  // The kernel counts reserved pages as free ones too.
  auto size = x.huge_page_kib;
  to.note("huge free",
          product(size, checked_difference(x.huge_free, x.huge_reserved)));
  to.note("huge used",
          product(size, checked_difference(x.huge_total, x.huge_free)));
  to.note("huge surplus", product(size, x.huge_surplus));
  to.note("huge reserved", product(size, x.huge_reserved));
}

} // namespace

proc_meminfo::proc_meminfo() : charts_(make_charts()) {}

std::string_view proc_meminfo::name() const noexcept {
  return module_name;
}

caf::error proc_meminfo::sample(kernel_files& files,
                                std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  memory_figures found;
  // A kernel without the line has no such memory, but a text that was cut off
  // may have lost the line.
  if (!text->empty() && text->back() == '\n')
    found.reclaimable = 0;
  charts_.begin_round();
  line_reader lines{*text};
  while (auto line = lines.next()) {
    word_reader words{*line};
    auto key = words.next().value_or(std::string_view{});
    if (key.empty() || key.back() != ':')
      continue;
    key.remove_suffix(1);
    auto value = words.next_count();
    charts_.note(key, value);
    for (auto& [name, where] : places)
      if (name == key)
        found.*where = value;
  }
  if (charts_.noted_count() == 0)
    return make_error(ec::corrupt, std::string{file} + ": no sound figure");
  note_computed(found, charts_);
  charts_.end_round(readings);
  return caf::none;
}

} // namespace tributary
