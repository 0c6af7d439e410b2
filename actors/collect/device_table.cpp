#include "actors/collect/device_table.hpp"

#include <cassert>
#include <utility>

#include "actors/collect/kernel_text.hpp"

namespace tributary {

namespace {

/// A counter that fell was reset or has wrapped; what it moved since the last
/// round is unknown, so nothing is added. Likewise when either is unknown.
int64_t increment(std::optional<int64_t> last,
                  std::optional<int64_t> now) noexcept {
  return last && now && *now > *last ? *now - *last : 0;
}

} // namespace

device_table::device_table(std::vector<device_chart_row> charts,
                           device_total_row total)
    : rows_(std::move(charts)), total_row_(std::move(total)) {}

void device_table::begin_round() noexcept {
  ++round_;
  physical_seen_ = false;
  left_out_ = 0;
}

device_table::device* device_table::find(std::string_view name) {
  assign_safe_name(name, safe_name_);
  auto i = devices_.find(safe_name_);
  if (i == devices_.end() || i->second.round + 1 < round_)
    return nullptr;
  return &i->second;
}

device_table::device& device_table::admit(std::string_view name,
                                          device_kind kind) {
  assert(has_room());
  assign_safe_name(name, safe_name_);
  auto& result = devices_[safe_name_];
  result.kind = kind;
  if (kind != device_kind::ignored && result.charts.empty())
    make_charts(result);
  for (auto& x : result.charts)
    x.skip(); // what it read before it went is no base
  return result;
}

/// Those of the device that `safe_name_` names.
void device_table::make_charts(device& which) {
  auto count = device_count_ < full_count_max ? rows_.size() : 1;
  which.charts.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    auto heading = rows_[i].heading;
    heading.id += safe_name_;
    heading.family = safe_name_;
    std::vector<dimension> dimensions;
    for (auto& x : rows_[i].dimensions)
      dimensions.push_back(x.what);
    which.charts.emplace_back(
        define_chart(std::move(heading), std::move(dimensions)),
        rows_[i].presence);
  }
  ++device_count_;
}

void device_table::record(device& which, const device_figures& now,
                          std::vector<chart_reading>& readings) {
  if (which.round == round_)
    return;
  if (which.kind == device_kind::physical) {
    physical_seen_ = true;
    if (base_round_ == 0)
      base_round_ = round_;
    add_to_total(which, now);
  }
  which.last = now;
  which.round = round_;
  if (which.kind == device_kind::ignored)
    return;
  for (size_t i = 0; i < which.charts.size(); ++i) {
    values_.clear();
    for (auto& x : rows_[i].dimensions)
      values_.push_back(now[x.figure]);
    which.charts[i].give(values_, readings);
  }
}

void device_table::end_round(std::vector<chart_reading>& readings) {
  if (physical_seen_)
    readings.push_back({total_row_.chart, {total_in_, total_out_}});
  // Only now, and only when there is need: container hosts make interfaces
  // with random names for years.
  if (!has_room())
    forget_vanished();
}

void device_table::add_to_total(const device& which,
                                const device_figures& now) {
  auto in = now[total_row_.in];
  auto out = now[total_row_.out];
  if (round_ == base_round_) {
    // Starting from the sum keeps the total above that of an earlier life of
    // this process, unless devices went meanwhile.
    add_checked(total_in_, in.value_or(0));
    add_checked(total_out_, out.value_or(0));
  } else if (auto last = previous(which)) {
    add_checked(total_in_, increment((*last)[total_row_.in], in));
    add_checked(total_out_, increment((*last)[total_row_.out], out));
  }
}

void device_table::forget_vanished() {
  for (auto i = devices_.begin(); i != devices_.end();) {
    if (i->second.round == round_) {
      ++i;
      continue;
    }
    if (!i->second.charts.empty())
      --device_count_;
    i = devices_.erase(i);
  }
}

} // namespace tributary
