#include "actors/collect/sealer.hpp"

#include <algorithm>

namespace tributary {

namespace {

constexpr int64_t wrap_32 = int64_t{1} << 32;

/// Whether a counter that fell from `before` to `now` is one of 32 bits that
/// ran over: it was near the top and is near the bottom.
bool wrapped_32(int64_t before, int64_t now) {
  return before < wrap_32 && before > wrap_32 / 10 * 9 && now < wrap_32 / 10;
}

} // namespace

sealer::sealer(epoch_number epoch) : roster_(epoch) {
  // nop
}

void sealer::begin(tick t) {
  open_ = t;
  next_part_ = 0;
  touched_ = false;
  row_.reset(roster_.columns());
}

uint32_t sealer::first_column(const chart_reading& reading) {
  auto& chart = reading.chart;
  auto i = columns_.find(chart);
  if (i != columns_.end())
    return i->second;
  // A source that was started again defines its charts anew.
  auto known = roster_.find(chart->id);
  if (known != nullptr && *known->chart == *chart) {
    columns_.emplace(chart, known->first_column);
    return known->first_column;
  }
  if (roster_.columns() + chart->dimensions.size() > host_columns_max)
    return host_columns_max;
  auto first = roster_.append(chart);
  columns_.emplace(chart, first);
  counters_.resize(roster_.columns());
  row_.values.resize(roster_.columns(), 0);
  row_.present.resize((roster_.columns() + 63) / 64, 0);
  for (size_t d = 0; d < reading.before.size(); ++d)
    if (reading.before[d])
      counters_[first + d] = {*reading.before[d], open_ - 1, true};
  return first;
}

std::optional<int64_t> sealer::increment(uint32_t column, algorithm how,
                                         int64_t reading) {
  auto& held = counters_[column];
  auto before = held;
  held = {reading, open_, false};
  if (before.at == open_ - 1 && reading >= before.raw) {
    if (before.silent)
      row_.raw.push_back({column, reading});
    return reading - before.raw;
  }
  // What follows breaks the sum of increments, so the reading is stated.
  row_.raw.push_back({column, reading});
  if (before.at == 0)
    return std::nullopt;
  if (before.at != open_ - 1) { // the missed ticks can't be told apart
    ++dropped_increments_;
    return std::nullopt;
  }
  if (wrapped_32(before.raw, reading))
    return reading + wrap_32 - before.raw;
  // The kernel lets per-CPU times fall by a little (iowait, guest): that is no
  // reset of the row.
  if (how == algorithm::percentage_of_incremental_row)
    return 0;
  return std::nullopt;
}

void sealer::place(uint32_t column, const chart& of, size_t dimension,
                   int64_t reading) {
  auto how = of.dimensions[dimension].algorithm;
  auto value = is_counter(how) ? increment(column, how, reading)
                               : std::optional<int64_t>{reading};
  touched_ = true;
  if (!value)
    return;
  row_.values[column] = *value;
  set_bit(row_.present, column);
}

void sealer::add(const std::vector<chart_reading>& readings) {
  for (auto& reading : readings) {
    auto first = first_column(reading);
    if (first == host_columns_max) {
      for (auto& x : reading.values)
        dropped_readings_ += x ? 1 : 0;
      continue;
    }
    for (size_t d = 0; d < reading.values.size(); ++d)
      if (reading.values[d])
        place(first + static_cast<uint32_t>(d), *reading.chart, d,
              *reading.values[d]);
  }
}

frame_ptr sealer::seal(bool key) {
  next_part_ = 1;
  if (!touched_)
    return nullptr;
  auto is_key = key || chain_.tick == 0;
  if (is_key) { // a key frame states every counter's reading
    row_.raw.clear();
    for (uint32_t i = 0; i < roster_.columns(); ++i)
      if (roster_.is_counter_column(i) && counters_[i].at == open_)
        row_.raw.push_back({i, counters_[i].raw});
  }
  return seal_part(0, is_key);
}

/// No key frame of part 0 has counters that are always late: who came in
/// between would never learn where they stand.
void sealer::state_late_readings() {
  auto read = row_.present;
  for (auto& x : row_.raw)
    set_bit(read, x.column);
  row_.raw.clear();
  for (uint32_t i = 0; i < roster_.columns(); ++i)
    if (roster_.is_counter_column(i) && bit_at(read, i))
      row_.raw.push_back({i, counters_[i].raw});
}

frame_ptr sealer::seal_late(const std::vector<chart_reading>& readings) {
  row_.reset(roster_.columns());
  touched_ = false;
  add(readings);
  state_late_readings();
  return touched_ ? seal_part(next_part_++, true) : nullptr;
}

frame_ptr sealer::seal_part(uint16_t part, bool key) {
  frame_header header;
  header.tick = open_;
  header.epoch = epoch();
  header.columns = roster_.columns();
  header.part = part;
  auto by_column = [](auto& x, auto& y) {
    return x.column < y.column;
  };
  std::sort(row_.raw.begin(), row_.raw.end(), by_column);
  return seal_row(header, row_, roster_, key, chain_);
}

} // namespace tributary
