#include "actors/storage/host_lives.hpp"

#include <algorithm>

namespace tributary {

namespace {

/// A life that does not tell its boot is believed to be the one that is known.
bool are_two(const guid& boot, const guid& other) {
  return boot != other && !boot.empty() && !other.empty();
}

} // namespace

host_lives::verdict host_lives::offered(const life& newcomer,
                                        const std::vector<life>& there,
                                        tick newest, unix_ms now) {
  if (!newcomer.online)
    return verdict::take;
  proofs wanted;
  auto heard_lately = false;
  for (auto& x : there) {
    // Who delivered the life before it vouches for it.
    if (x.sender == newcomer.sender || !x.online)
      continue;
    // Else it is the same one on another way.
    if (!are_two(x.boot, newcomer.boot))
      continue;
    wanted[{x.sender, x.boot}] = newest + proof_ticks;
    heard_lately = heard_lately || now - x.heard_ms <= heard_ms_max;
  }
  auto before = clones_.find(newcomer.boot);
  if (wanted.empty()) {
    contests_.erase(newcomer.boot);
    return verdict::take;
  }
  if (before != clones_.end() && now - before->second <= remember_ms
      && heard_lately) {
    before->second = now;
    return verdict::clone;
  }
  contests_.emplace(newcomer.boot, std::move(wanted)); // one that waits stays
  return verdict::wait;
}

std::vector<guid> host_lives::heard(const guid& sender, const guid& boot,
                                    tick t, unix_ms now) {
  std::vector<guid> result;
  for (auto& kvp : contests_) {
    auto proof = kvp.second.find({sender, boot});
    if (proof != kvp.second.end() && t >= proof->second)
      result.push_back(kvp.first);
  }
  for (auto& x : result) {
    contests_.erase(x);
    remember(x, now);
  }
  return result;
}

bool host_lives::have_one_number(const host_definition& known,
                                 const host_definition& offered) {
  return known.epoch == offered.epoch && are_two(known.boot, offered.boot);
}

bool host_lives::is_numbered_below(const host_definition& known,
                                   const host_definition& offered) {
  return offered.epoch < known.epoch && are_two(known.boot, offered.boot);
}

void host_lives::waited(const guid& boot) {
  contests_.erase(boot);
}

void host_lives::remember(const guid& boot, unix_ms now) {
  clones_[boot] = now;
  if (clones_.size() <= remembered_max)
    return;
  clones_.erase(
      std::min_element(clones_.begin(), clones_.end(),
                       [](auto& x, auto& y) { return x.second < y.second; }));
}

} // namespace tributary
