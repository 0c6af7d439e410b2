#include "actors/collect/device_table.hpp"

#include <cassert>
#include <utility>

#include "actors/collect/define_chart.hpp"

namespace tributary {

namespace {

/// An increment beyond int64 is damage; the total stays where it is.
void add(int64_t& total, int64_t increment) noexcept {
  int64_t result = 0;
  if (!__builtin_add_overflow(total, increment, &result))
    total = result;
}

/// A counter that fell was reset or has wrapped; what it moved since the last
/// round is unknown, so nothing is added.
int64_t increment(int64_t last, int64_t now) noexcept {
  return now > last ? now - last : 0;
}

} // namespace

device_table::device_table(chart_maker make_chart, chart_ptr total_chart)
    : make_chart_(make_chart), total_chart_(std::move(total_chart)) {}

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
  if (kind != device_kind::ignored && !result.chart) {
    result.chart = make_chart_(safe_name_);
    ++chart_count_;
  }
  return result;
}

void device_table::record(device& which, device_traffic now,
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
  if (which.kind != device_kind::ignored)
    readings.push_back({which.chart, {now.in, now.out}});
}

void device_table::end_round(std::vector<chart_reading>& readings) {
  if (physical_seen_)
    readings.push_back({total_chart_, {total_.in, total_.out}});
  // Only now, and only when there is need: container hosts make interfaces
  // with random names for years.
  if (!has_room())
    forget_vanished();
}

void device_table::add_to_total(const device& which, device_traffic now) {
  if (round_ == base_round_) {
    // Starting from the sum keeps the total above that of an earlier life of
    // this process, unless devices went meanwhile.
    add(total_.in, now.in);
    add(total_.out, now.out);
  } else if (which.round + 1 == round_) {
    add(total_.in, increment(which.last.in, now.in));
    add(total_.out, increment(which.last.out, now.out));
  }
}

void device_table::forget_vanished() {
  for (auto i = devices_.begin(); i != devices_.end();) {
    if (i->second.round == round_) {
      ++i;
      continue;
    }
    if (i->second.chart)
      --chart_count_;
    i = devices_.erase(i);
  }
}

} // namespace tributary
