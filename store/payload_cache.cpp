#include "store/payload_cache.hpp"

namespace tributary {

std::shared_ptr<const std::string>
payload_cache::find(const content_hash& packed) const {
  auto i = payloads_.find(packed);
  return i == payloads_.end() ? nullptr : i->second;
}

void payload_cache::keep(const content_hash& packed,
                         std::shared_ptr<const std::string> payload) {
  auto bytes = payload->size();
  if (bytes > bytes_max_ || !payloads_.emplace(packed, payload).second)
    return;
  bytes_ += bytes;
  order_.push_back(packed);
  while (bytes_ > bytes_max_) {
    auto oldest = payloads_.find(order_.front());
    bytes_ -= oldest->second->size();
    payloads_.erase(oldest);
    order_.pop_front();
  }
}

} // namespace tributary
