#include "actors/collect/proc_net_softnet.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "actors/collect/define_chart.hpp"
#include "actors/collect/kernel_text.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

constexpr const char* file = "/proc/net/softnet_stat";
constexpr const char* module_name = "proc.net.softnet_stat";

/// processed, dropped, squeezed, received_rps, flow_limit_count.
constexpr size_t columns[] = {0, 1, 2, 9, 10};

/// Since Linux 2.6.37; the limit of flows came later and counts as 0 before.
constexpr size_t column_count_min = 10;

chart_ptr make_chart(std::string id, const char* context, int32_t priority) {
  return define_chart({std::move(id), context, "softnet_stat",
                       "Received packets by treatment", "events/s",
                       chart_type::line, priority, module_name},
                      {make_counter("processed"), make_counter("dropped"),
                       make_counter("squeezed"), make_counter("received_rps"),
                       make_counter("flow_limit_count")});
}

held_chart make_core_chart(size_t number) {
  auto priority = 4101 + static_cast<int32_t>(number);
  return {make_chart("cpu.cpu" + std::to_string(number) + "_softnet_stat",
                     "cpu.softnet_stat", priority),
          chart_presence::once_not_zero};
}

} // namespace

proc_net_softnet::proc_net_softnet()
    : machine_(make_chart("system.softnet_stat", "system.softnet_stat", 955),
               chart_presence::always) {}

std::string_view proc_net_softnet::name() const noexcept {
  return module_name;
}

caf::error proc_net_softnet::sample(kernel_files& files,
                                    std::vector<chart_reading>& readings) {
  auto text = files.read(file);
  if (!text)
    return text.error();
  table_.begin_round();
  line_reader lines{*text};
  while (auto line = lines.next())
    table_.note(*line, column_count_min);
  auto count = table_.line_count();
  if (count == 0)
    return make_error(ec::corrupt, std::string{file} + ": no sound line");
  values_.clear();
  for (auto column : columns)
    values_.emplace_back(table_.total(column));
  machine_.give(values_, readings);
  while (cores_.size() < std::min(count, core_count_max))
    cores_.push_back(make_core_chart(cores_.size()));
  for (size_t i = 0; i < std::min(count, cores_.size()); ++i) {
    values_.clear();
    for (auto column : columns)
      values_.emplace_back(table_.total(i, column));
    cores_[i].give(values_, readings);
  }
  return caf::none;
}

} // namespace tributary
