#include "actors/link/link_directory.hpp"

#include <algorithm>
#include <tuple>

namespace tributary {

namespace {

/// Whether the two have the same node at the other end, by address while its
/// name is not known.
bool same_peer(const link_status& x, const link_status& y) {
  if (x.side != y.side)
    return false;
  return x.node.empty() || y.node.empty()
             ? x.address == y.address && x.node == y.node
             : x.node == y.node;
}

} // namespace

const char* to_string(link_side x) noexcept {
  return x == link_side::to_parent ? "parent" : "child";
}

int64_t link_status::lag_ticks() const noexcept {
  return acked == 0 ? 0 : std::max<int64_t>(0, newest - acked);
}

int64_t link_status::lag_ms() const noexcept {
  return acked == 0 ? 0 : std::max<int64_t>(0, updated_ms - acked * 1000);
}

void link_directory::put(link_status status) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto& kept = links_[status.id];
  auto same = kept.id != 0 && kept.state == status.state;
  status.since_ms = same ? kept.since_ms : status.updated_ms;
  kept = std::move(status);
  if (kept.up)
    ended_.erase(std::remove_if(ended_.begin(), ended_.end(),
                                [&](auto& x) { return same_peer(x, kept); }),
                 ended_.end());
}

void link_directory::end(uint64_t id, const std::string& reason, unix_ms now) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = links_.find(id);
  if (i == links_.end())
    return;
  auto last = std::move(i->second);
  links_.erase(i);
  last.up = false;
  last.destinations.clear(); // its successor tells
  last.state = "ended";
  last.reason = reason;
  last.since_ms = last.updated_ms = now;
  ended_.erase(std::remove_if(ended_.begin(), ended_.end(),
                              [&](auto& x) { return same_peer(x, last); }),
               ended_.end());
  ended_.push_front(std::move(last));
  if (ended_.size() > ended_max)
    ended_.pop_back();
}

void link_directory::remove(uint64_t id) {
  std::lock_guard<std::mutex> guard{mutex_};
  links_.erase(id);
}

std::vector<link_status> link_directory::list() const {
  std::lock_guard<std::mutex> guard{mutex_};
  std::vector<link_status> result;
  for (auto& kvp : links_)
    result.push_back(kvp.second);
  std::sort(result.begin(), result.end(), [](auto& x, auto& y) {
    return std::tie(x.side, x.peer, x.address, x.id)
           < std::tie(y.side, y.peer, y.address, y.id);
  });
  result.insert(result.end(), ended_.begin(), ended_.end());
  return result;
}

} // namespace tributary
