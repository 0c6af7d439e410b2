#include "actors/link/parent_claims.hpp"

#include <algorithm>

namespace tributary {

std::string parent_claims::claim(const guid& parent, uint64_t who,
                                 const std::string& destination) {
  release(who);
  std::lock_guard<std::mutex> guard{mutex_};
  auto taken = entries_.emplace(parent, entry{who, destination});
  return taken.second ? std::string{} : taken.first->second.destination;
}

void parent_claims::release(uint64_t who) {
  std::lock_guard<std::mutex> guard{mutex_};
  for (auto i = entries_.begin(); i != entries_.end();)
    i = i->second.who == who ? entries_.erase(i) : std::next(i);
}

bool parent_claims::has_other(uint64_t who) const {
  std::lock_guard<std::mutex> guard{mutex_};
  return std::any_of(entries_.begin(), entries_.end(),
                     [who](auto& x) { return x.second.who != who; });
}

} // namespace tributary
