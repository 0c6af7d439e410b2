/// Who is told of what ingest accepts; the rest of it is in ingest.cpp.

#include <algorithm>

#include "actors/storage/ingest.hpp"

namespace tributary {

subscription_start_ptr ingest::on_subscribe(const subscriber_actor& who) {
  auto known = std::find(subscribers_.begin(), subscribers_.end(), who);
  if (known == subscribers_.end()) {
    subscribers_.push_back(who);
    monitor(who);
  }
  auto result = std::make_shared<subscription_start>();
  result->head = head_;
  for (auto& kvp : hosts_)
    result->hosts.push_back(summary_of(kvp.second));
  return result;
}

void ingest::end_subscription(const caf::actor_addr& who) {
  subscribers_.erase(
      std::remove_if(subscribers_.begin(), subscribers_.end(),
                     [&](auto& x) { return x.address() == who; }),
      subscribers_.end());
}

void ingest::publish(publication what) {
  if (subscribers_.empty())
    return;
  publication_ptr shared = std::make_shared<const publication>(std::move(what));
  for (auto& x : subscribers_)
    send(x, publish_atom_v, shared);
}

} // namespace tributary
