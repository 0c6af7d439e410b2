#include "actors/link/destination_slots.hpp"

#include <algorithm>

namespace tributary {

destination_slots assign_slots(const destination_slots& before,
                               const std::vector<destination>& wanted,
                               stream_mode mode) {
  destination_slots result(destinations_max);
  std::vector<destination> rest;
  for (auto& x : wanted)
    if (std::find(rest.begin(), rest.end(), x) == rest.end())
      rest.push_back(x);
  if (mode != stream_mode::all) {
    result.front() = std::move(rest);
    return result;
  }
  for (size_t i = 0; i < before.size() && i < result.size(); ++i) {
    if (before[i].empty())
      continue;
    auto kept = std::find(rest.begin(), rest.end(), before[i].front());
    if (kept == rest.end())
      continue;
    result[i] = {*kept};
    rest.erase(kept);
  }
  auto slot = result.begin();
  for (auto& x : rest) {
    while (!slot->empty())
      ++slot;
    *slot = {std::move(x)};
  }
  return result;
}

} // namespace tributary
