#include "actors/http/scrape_memory.hpp"

#include <algorithm>
#include <utility>

namespace tributary {

int64_t scrape_memory::seconds_since(const std::string& client, int64_t now) {
  auto [hit, is_new] = asked_at_.emplace(client, now);
  auto before = std::exchange(hit->second, now);
  if (asked_at_.size() > clients_max)
    asked_at_.erase(
        std::min_element(asked_at_.begin(), asked_at_.end(),
                         [](auto& x, auto& y) { return x.second < y.second; }));
  if (is_new)
    return 1;
  return std::clamp<int64_t>(now - before, 1, seconds_max);
}

} // namespace tributary
