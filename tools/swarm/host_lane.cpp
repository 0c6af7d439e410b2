#include "tools/swarm/host_lane.hpp"

#include <algorithm>
#include <utility>

namespace tributary::load {

host_lane::host_lane(host_definition host, const std::vector<chart_ptr>& charts)
    : host_(std::move(host)), roster_(host_.epoch) {
  for (auto& x : charts)
    add_chart(x);
}

roster_run host_lane::run(size_t first_chart) const {
  roster_run result;
  result.epoch = host_.epoch;
  result.first_chart = static_cast<uint32_t>(first_chart);
  for (auto i = first_chart; i < roster_.charts().size(); ++i)
    result.charts.push_back(roster_.charts()[i].chart);
  return result;
}

void host_lane::add_chart(chart_ptr chart) {
  roster_.append(std::move(chart));
  readings_.resize(roster_.columns());
}

frame_ptr host_lane::seal(tick t, const frame_row& row) {
  frame_header header;
  header.tick = t;
  header.epoch = host_.epoch;
  header.columns = roster_.columns();
  auto& gauges = roster_.gauge_mask();
  for (size_t i = 0; i < row.values.size(); ++i)
    readings_[i] += row.values[i] & ~gauges[i];
  auto key = std::exchange(key_wanted_, false) || chain_.tick == 0
             || host_.window_start(t) != host_.window_start(chain_.tick);
  auto narrow = row.values.size() < header.columns;
  if (!key && !narrow)
    return seal_row(header, row, roster_, false, chain_);
  keyed_ = row;
  keyed_.values.resize(header.columns);
  keyed_.present.resize((header.columns + 63) / 64);
  if (!keyed_.estimated.empty())
    keyed_.estimated.resize(keyed_.present.size());
  keyed_.raw.clear();
  if (key)
    for (uint32_t i = 0; i < header.columns; ++i)
      if (roster_.is_counter_column(i) && bit_at(keyed_.present, i))
        keyed_.raw.push_back({i, readings_[i]});
  return seal_row(header, keyed_, roster_, key, chain_);
}

void host_lane::take_back(const frame_row& row) {
  auto& gauges = roster_.gauge_mask();
  for (size_t i = 0; i < row.values.size(); ++i)
    readings_[i] -= row.values[i] & ~gauges[i];
}

host_definition load_host(uint32_t index, uint32_t phase) {
  host_definition result;
  // Windows are shifted by the low word modulo their length.
  auto low = (uint64_t{index} + 1) * 1'000'000 * result.window_seconds + phase;
  result.id = guid::from_words(0x7377'6172'6d00'0000u + index, low);
  result.hostname = "swarm" + std::to_string(index);
  result.epoch = 1;
  result.boot = guid::from_words(1, index + 1);
  return result;
}

} // namespace tributary::load
