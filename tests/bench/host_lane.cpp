#include "tests/bench/host_lane.hpp"

#include <utility>

namespace tributary::bench {

host_lane::host_lane(host_definition host, const std::vector<chart_ptr>& charts)
    : host_(std::move(host)), roster_(host_.epoch) {
  for (auto& x : charts)
    roster_.append(x);
  readings_.resize(roster_.columns());
}

roster_run host_lane::run() const {
  roster_run result;
  result.epoch = host_.epoch;
  for (auto& x : roster_.charts())
    result.charts.push_back(x.chart);
  return result;
}

frame_ptr host_lane::seal(tick t, const frame_row& row) {
  frame_header header;
  header.tick = t;
  header.epoch = host_.epoch;
  header.columns = roster_.columns();
  auto& gauges = roster_.gauge_mask();
  for (size_t i = 0; i < readings_.size(); ++i)
    readings_[i] += row.values[i] & ~gauges[i];
  auto key = std::exchange(key_wanted_, false) || chain_.tick == 0
             || host_.window_start(t) != host_.window_start(chain_.tick);
  if (!key)
    return seal_row(header, row, roster_, false, chain_);
  keyed_ = row;
  keyed_.raw.clear();
  for (uint32_t i = 0; i < header.columns; ++i)
    if (roster_.is_counter_column(i) && bit_at(row.present, i))
      keyed_.raw.push_back({i, readings_[i]});
  return seal_row(header, keyed_, roster_, true, chain_);
}

host_definition bench_host(uint32_t index, uint32_t phase) {
  host_definition result;
  // Windows are shifted by the low word modulo their length.
  auto low = (uint64_t{index} + 1) * 1'000'000 * result.window_seconds + phase;
  result.id = guid::from_words(0x62656e6368000000u + index, low);
  result.hostname = "bench" + std::to_string(index);
  result.epoch = 1;
  result.boot = guid::from_words(1, index + 1);
  return result;
}

} // namespace tributary::bench
