#include "actors/link/parent_claims.hpp"

#include <algorithm>

namespace tributary {

std::string parent_claims::claim(const guid& parent, uint64_t who,
                                 const std::string& destination, size_t route) {
  release(who);
  std::lock_guard<std::mutex> guard{mutex_};
  auto taken = entries_.emplace(parent, entry{who, destination, route});
  return taken.second ? std::string{} : taken.first->second.destination;
}

void parent_claims::release(uint64_t who) {
  std::lock_guard<std::mutex> guard{mutex_};
  for (auto i = entries_.begin(); i != entries_.end();)
    i = i->second.who == who ? entries_.erase(i) : std::next(i);
}

void parent_claims::move(uint64_t who, size_t route) {
  std::lock_guard<std::mutex> guard{mutex_};
  for (auto& kvp : entries_)
    if (kvp.second.who == who)
      kvp.second.route = route;
}

bool parent_claims::has_other(uint64_t who, size_t route) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return std::any_of(entries_.begin(), entries_.end(), [=](auto& x) {
    return x.second.who != who && x.second.route == route;
  });
}

} // namespace tributary
