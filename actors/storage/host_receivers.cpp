#include "actors/storage/host_receivers.hpp"

#include <utility>

namespace tributary {

std::set<host_number> host_receivers::begin_link(uint64_t uplink,
                                                 const guid& node) {
  std::set<host_number> result;
  for (auto i = uplinks_.begin(); i != uplinks_.end();)
    if (i->first == uplink || i->second.node == node) {
      result.merge(i->second.hosts);
      i = uplinks_.erase(i);
    } else {
      ++i;
    }
  uplinks_[uplink].node = node;
  return result;
}

void host_receivers::take(uint64_t uplink, host_number host) {
  auto i = uplinks_.find(uplink);
  if (i != uplinks_.end())
    i->second.hosts.insert(host);
}

void host_receivers::leave(uint64_t uplink, host_number host) {
  auto i = uplinks_.find(uplink);
  if (i != uplinks_.end())
    i->second.hosts.erase(host);
}

std::set<host_number> host_receivers::end(uint64_t uplink) {
  auto i = uplinks_.find(uplink);
  if (i == uplinks_.end())
    return {};
  auto result = std::move(i->second.hosts);
  uplinks_.erase(i);
  return result;
}

std::set<host_number> host_receivers::end_link(uint64_t uplink) {
  auto i = uplinks_.find(uplink);
  return i == uplinks_.end() ? std::set<host_number>{}
                             : std::exchange(i->second.hosts, {});
}

void host_receivers::forget_hosts() {
  for (auto& kvp : uplinks_)
    kvp.second.hosts.clear();
}

void host_receivers::forget(host_number host) {
  for (auto& kvp : uplinks_)
    kvp.second.hosts.erase(host);
}

std::vector<guid> host_receivers::of(host_number host) const {
  std::vector<guid> result;
  for (auto& kvp : uplinks_)
    if (kvp.second.hosts.count(host) != 0)
      result.push_back(kvp.second.node);
  return result;
}

} // namespace tributary
