#include "actors/storage/window_acks.hpp"

#include <algorithm>
#include <iterator>

namespace tributary {

void window_acks::wait(uint64_t token, waiting_window what) {
  waiting_[token] = std::move(what);
}

const window_acks::waiting_window* window_acks::find(uint64_t token) const {
  auto i = waiting_.find(token);
  return i == waiting_.end() ? nullptr : &i->second;
}

std::map<source_actor, uint64_t>
window_acks::pass(const std::vector<uint64_t>& tokens) {
  std::map<source_actor, uint64_t> result;
  for (auto token : tokens) {
    auto i = waiting_.find(token);
    if (i == waiting_.end())
      continue;
    auto& durable = durable_[i->second.source];
    durable = std::max(durable, i->second.lane_number);
    waiting_.erase(i);
  }
  if (tokens.empty())
    return result;
  std::map<source_actor, uint64_t> first_waiting;
  for (auto& kvp : waiting_) {
    auto& number
        = first_waiting.emplace(kvp.second.source, kvp.second.lane_number)
              .first->second;
    number = std::min(number, kvp.second.lane_number);
  }
  for (auto i = durable_.begin(); i != durable_.end();) {
    auto waiting = first_waiting.find(i->first);
    auto is_all = waiting == first_waiting.end();
    auto upto = is_all ? i->second : std::min(i->second, waiting->second - 1);
    if (upto != 0)
      result[i->first] = upto;
    i = is_all ? durable_.erase(i) : std::next(i);
  }
  return result;
}

void window_acks::clear() {
  waiting_.clear();
  durable_.clear();
}

} // namespace tributary
