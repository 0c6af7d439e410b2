#include "actors/link/history_lane.hpp"

#include <algorithm>

namespace tributary {

void history_lane::reset(size_t credit_bytes, uint32_t step_s) {
  *this = history_lane{};
  credit_bytes_ = credit_bytes;
  step_s_ = step_s;
}

void history_lane::owe(host_number host, const tick_set& ticks) {
  for (auto& x : ticks.ranges())
    owed_[host].add(x);
  // A window that is on its way was read before, and may lack what was lost.
  for (auto i = busy_.lower_bound({host, 0});
       i != busy_.end() && i->first.first == host; ++i)
    for (auto& x : ticks.ranges())
      i->second.ticks.remove(x);
}

void history_lane::forget(host_number host) {
  cut_off(host);
  owed_.erase(host);
}

void history_lane::cut_off(host_number host) {
  busy_.erase(busy_.lower_bound({host, 0}), busy_.lower_bound({host + 1, 0}));
  auto is_of_host = [&](auto& x) {
    return x.window.host == host;
  };
  for (auto& x : in_flight_)
    in_flight_bytes_ -= is_of_host(x) ? x.bytes : 0;
  in_flight_.erase(
      std::remove_if(in_flight_.begin(), in_flight_.end(), is_of_host),
      in_flight_.end());
}

void history_lane::drop_before(host_number host, tick since) {
  auto i = owed_.find(host);
  if (i == owed_.end())
    return;
  i->second.remove({0, since - 1});
  if (i->second.empty())
    owed_.erase(i);
}

bool history_lane::has_room(uint32_t window_s) const noexcept {
  return step_s_ == 0 || busy_.empty()
         || (busy_.size() + 1) * window_s <= step_s_;
}

std::optional<owed_window>
history_lane::next(const std::map<host_number, host_definition>& open) {
  if (busy_.size() >= windows_max
      || (in_flight_bytes_ != 0 && in_flight_bytes_ >= credit_bytes_))
    return std::nullopt;
  std::optional<owed_window> result;
  for (auto& kvp : owed_) {
    auto host = open.find(kvp.first);
    if (host == open.end())
      continue;
    tick before = 0;
    for (auto& range : kvp.second.ranges()) {
      auto start = host->second.window_start(std::max(range.from, before));
      auto step = static_cast<tick>(host->second.window_seconds);
      while (start <= range.to && busy_.count({kvp.first, start}) != 0)
        start += step;
      if (start > range.to) {
        before = start;
        continue;
      }
      if (!result || start < result->start)
        result = owed_window{kvp.first, start,
                             kvp.second.within({start, start + step - 1})};
      break;
    }
  }
  if (result && !has_room(open.at(result->host).window_seconds))
    return std::nullopt;
  if (result) {
    result->reading = ++last_reading_;
    busy_.emplace(std::make_pair(result->host, result->start),
                  busy_window{result->ticks, result->reading});
  }
  return result;
}

bool history_lane::is_read(const owed_window& what) const {
  auto i = busy_.find({what.host, what.start});
  return i != busy_.end() && i->second.reading == what.reading;
}

void history_lane::sent(const owed_window& what, uint64_t last_number,
                        size_t bytes) {
  in_flight_.push_back({what, last_number, bytes});
  in_flight_bytes_ += bytes;
}

tick_set history_lane::nothing_to_send(const owed_window& what) {
  return pay(what);
}

void history_lane::failed(const owed_window& what) {
  if (is_read(what))
    busy_.erase({what.host, what.start});
}

std::vector<owed_window> history_lane::acknowledged(uint64_t number) {
  std::vector<owed_window> result;
  if (number > last_number_)
    return result;
  acked_number_ = std::max(acked_number_, number);
  while (!in_flight_.empty() && in_flight_.front().last_number <= number) {
    auto& front = in_flight_.front();
    front.window.ticks = pay(front.window);
    in_flight_bytes_ -= front.bytes;
    result.push_back(std::move(front.window));
    in_flight_.pop_front();
  }
  return result;
}

tick_set history_lane::pay(const owed_window& what) {
  tick_set paid;
  if (!is_read(what))
    return paid;
  auto busy = busy_.find({what.host, what.start});
  paid = std::move(busy->second.ticks);
  busy_.erase(busy);
  auto i = owed_.find(what.host);
  if (i == owed_.end())
    return paid;
  for (auto& range : paid.ranges())
    i->second.remove(range);
  if (i->second.empty())
    owed_.erase(i);
  return paid;
}

int64_t history_lane::owed_count() const {
  int64_t result = 0;
  for (auto& kvp : owed_)
    result += kvp.second.count();
  return result;
}

} // namespace tributary
