#include "actors/link/drain_desk.hpp"

#include <algorithm>

namespace tributary {

bool drain_desk::joined(uint64_t session, const std::string& child) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (is_on_)
    return false;
  entries_[session] = {child, false};
  return true;
}

void drain_desk::stays(uint64_t session, bool does) {
  std::lock_guard<std::mutex> guard{mutex_};
  if (auto i = entries_.find(session); i != entries_.end())
    i->second.stays = does;
}

void drain_desk::gone(uint64_t session) {
  std::lock_guard<std::mutex> guard{mutex_};
  left_ += entries_.erase(session);
}

void drain_desk::begin() {
  std::lock_guard<std::mutex> guard{mutex_};
  if (is_on_)
    return;
  left_ = 0;
  for (auto& kvp : entries_)
    kvp.second.stays = false;
  is_on_ = true;
}

void drain_desk::end() {
  std::lock_guard<std::mutex> guard{mutex_};
  is_on_ = false;
}

drain_state drain_desk::state() const {
  std::lock_guard<std::mutex> guard{mutex_};
  drain_state result;
  result.is_on = is_on_;
  result.left = left_;
  for (auto& kvp : entries_)
    (kvp.second.stays ? result.staying : result.leaving)
        .push_back(kvp.second.child);
  std::sort(result.leaving.begin(), result.leaving.end());
  std::sort(result.staying.begin(), result.staying.end());
  return result;
}

} // namespace tributary
