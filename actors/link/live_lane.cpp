#include "actors/link/live_lane.hpp"

#include <algorithm>

namespace tributary {

void live_lane::reset(journal_position position, size_t credit_bytes) {
  *this = live_lane{};
  credit_bytes_ = credit_bytes;
  handled_ = position;
  cursor_ = position;
}

void live_lane::push(const published_frame& what, owed_ticks& owed) {
  auto bytes = what.frame->sealed().size();
  if (waiting_bytes_ + bytes > waiting_bytes_max) {
    auto t = what.frame->header().tick;
    owed[what.host].add({t, t});
    if (waiting_.empty()) {
      handled_ = what.position;
      move_cursor();
    }
    return;
  }
  waiting_bytes_ += bytes;
  waiting_.push_back(what);
}

const published_frame* live_lane::next() const {
  if (waiting_.empty())
    return nullptr;
  auto bytes = waiting_.front().frame->sealed().size();
  // A frame larger than the credit goes alone.
  if (in_flight_bytes_ != 0 && in_flight_bytes_ + bytes > credit_bytes_)
    return nullptr;
  return &waiting_.front();
}

uint64_t live_lane::sent() {
  auto& frame = waiting_.front();
  auto bytes = frame.frame->sealed().size();
  auto t = frame.frame->header().tick;
  in_flight_.push_back({++last_number_, frame.position, bytes, frame.host, t});
  in_flight_bytes_ += bytes;
  skipped();
  return last_number_;
}

void live_lane::skipped() {
  handled_ = std::max(handled_, waiting_.front().position);
  waiting_bytes_ -= waiting_.front().frame->sealed().size();
  waiting_.pop_front();
  move_cursor();
}

size_t live_lane::acknowledged(uint64_t number) {
  if (number > last_number_)
    return 0;
  size_t result = 0;
  while (!in_flight_.empty() && in_flight_.front().number <= number) {
    in_flight_bytes_ -= in_flight_.front().bytes;
    acked_ = std::max(acked_, in_flight_.front().tick);
    in_flight_.pop_front();
    ++result;
  }
  move_cursor();
  return result;
}

void live_lane::move_cursor() {
  auto reached
      = in_flight_.empty() ? handled_ : in_flight_.front().position - 1;
  cursor_ = std::max(cursor_, reached);
}

tick_set live_lane::unread_from(host_number host, tick t) const {
  tick_set result;
  result.add({t, t});
  auto is_it = [&](auto& x) {
    return x.host == host && x.tick == t;
  };
  auto first = std::find_if(in_flight_.begin(), in_flight_.end(), is_it);
  for (auto i = first; i != in_flight_.end(); ++i)
    if (i->host == host)
      result.add({i->tick, i->tick});
  return result;
}

tick_set live_lane::unacknowledged(host_number host) const {
  tick_set result;
  for (auto& x : in_flight_)
    if (x.host == host)
      result.add({x.tick, x.tick});
  return result;
}

} // namespace tributary
