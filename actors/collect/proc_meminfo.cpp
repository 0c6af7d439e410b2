#include "actors/collect/proc_meminfo.hpp"

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/meminfo";
constexpr const char* module_name = "proc.meminfo";
constexpr value_scale kib_as_mib{1, 1024};

struct memory_figures {
  std::optional<int64_t> total;
  std::optional<int64_t> free;
  std::optional<int64_t> available;
  std::optional<int64_t> buffers;
  std::optional<int64_t> cached;
  std::optional<int64_t> reclaimable;
};

chart_ptr make_ram_chart() {
  return define_chart(
      {"system.ram", "system.ram", "ram", "System RAM", "MiB",
       chart_type::stacked, 200, module_name},
      {make_gauge("free", kib_as_mib), make_gauge("used", kib_as_mib),
       make_gauge("cached", kib_as_mib), make_gauge("buffers", kib_as_mib)});
}

chart_ptr make_available_chart() {
  return define_chart(
      {"mem.available", "mem.available", "system",
       "Available RAM for applications", "MiB", chart_type::area, 1010,
       module_name},
      {with_name(make_gauge("MemAvailable", kib_as_mib), "avail")});
}

/// Where the figure called `key` (with its colon) belongs; null if nowhere.
std::optional<int64_t>* place_of(std::string_view key, memory_figures& x) {
  if (key == "MemTotal:")
    return &x.total;
  if (key == "MemFree:")
    return &x.free;
  if (key == "MemAvailable:")
    return &x.available;
  if (key == "Buffers:")
    return &x.buffers;
  if (key == "Cached:")
    return &x.cached;
  if (key == "SReclaimable:")
    return &x.reclaimable;
  return nullptr;
}

memory_figures parse(std::string_view text) {
  memory_figures result;
  // A kernel without the line has no such memory, but a text that was cut off
  // may have lost the line.
  if (!text.empty() && text.back() == '\n')
    result.reclaimable = 0;
  line_reader lines{text};
  while (auto line = lines.next()) {
    word_reader words{*line};
    auto key = words.next();
    auto place = key ? place_of(*key, result) : nullptr;
    if (place != nullptr)
      *place = words.next_count();
  }
  return result;
}

} // namespace

proc_meminfo::proc_meminfo()
    : ram_(make_ram_chart()), available_(make_available_chart()) {}

std::string_view proc_meminfo::name() const noexcept {
  return module_name;
}

caf::error proc_meminfo::sample(kernel_files& files,
                                std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  auto x = parse(*text);
  if (!x.total && !x.free && !x.available && !x.buffers && !x.cached)
    return make_error(ec::corrupt, std::string{file} + ": no sound figure");
  auto cached = checked_sum(x.cached, x.reclaimable);
  auto used = checked_difference(
      x.total, checked_sum(checked_sum(x.free, cached), x.buffers));
  readings.push_back({ram_, {x.free, used, cached, x.buffers}});
  if (x.available)
    readings.push_back({available_, {x.available}});
  return caf::none;
}

} // namespace tributary
