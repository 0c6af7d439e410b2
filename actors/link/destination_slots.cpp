#include "actors/link/destination_slots.hpp"

#include <algorithm>
#include <functional>

namespace tributary {

namespace {

/// In order of preference.
std::vector<uplink_slot> wanted_of(const std::vector<stream_route>& routes,
                                   stream_mode mode) {
  std::vector<uplink_slot> result;
  for (size_t i = 0; i < routes.size(); ++i) {
    if (mode != stream_mode::all) {
      result.push_back({i, routes[i]});
      continue;
    }
    for (auto& x : routes[i].destinations)
      result.push_back({i, {{x}, routes[i].api_key}});
  }
  return result;
}

} // namespace

destination_slots assign_slots(const destination_slots& before,
                               const std::vector<stream_route>& routes,
                               stream_mode mode) {
  destination_slots result(destinations_max);
  auto rest = wanted_of(routes, mode);
  using relation = std::function<bool(const uplink_slot&, const uplink_slot&)>;
  auto keep = [&](const relation& fits) {
    for (size_t i = 0; i < before.size() && i < result.size(); ++i) {
      if (before[i].empty() || !result[i].empty())
        continue;
      auto kept = std::find_if(rest.begin(), rest.end(),
                               [&](auto& x) { return fits(before[i], x); });
      if (kept == rest.end())
        continue;
      result[i] = std::move(*kept);
      rest.erase(kept);
    }
  };
  keep([](auto& x, auto& y) { return x.to == y.to; });
  if (mode == stream_mode::all) // from a list for failover the first goes on
    keep([](auto& x, auto& y) {
      return x.to.api_key == y.to.api_key
             && x.to.destinations.front() == y.to.destinations.front();
    });
  else // another list: the uplink sees whether its link is still in it
    keep([](auto& x, auto& y) { return x.to.api_key == y.to.api_key; });
  auto slot = result.begin();
  for (auto& x : rest) {
    slot = std::find_if(slot, result.end(), [](auto& y) { return y.empty(); });
    if (slot == result.end())
      break;
    *slot = std::move(x);
  }
  return result;
}

} // namespace tributary
