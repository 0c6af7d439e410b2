#include "actors/storage/host_sources.hpp"

#include <algorithm>

namespace tributary {

source_actor host_sources::add(entry what) {
  source_actor replaced;
  for (auto& x : entries_)
    if (x.who != what.who && !what.path.empty() && x.sender() == what.sender())
      replaced = x.who;
  if (auto known = find(what.who); known != nullptr && known->boot == what.boot)
    what.heard_ms = known->heard_ms;
  remove(what.who);
  remove(replaced);
  entries_.push_back(std::move(what));
  return replaced;
}

bool host_sources::remove(const source_actor& who) {
  auto end = std::remove_if(entries_.begin(), entries_.end(),
                            [&](auto& x) { return x.who == who; });
  auto found = end != entries_.end();
  entries_.erase(end, entries_.end());
  return found;
}

bool host_sources::contains(const source_actor& who) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](auto& x) { return x.who == who; });
}

host_sources::entry* host_sources::find(const source_actor& who) {
  auto i = std::find_if(entries_.begin(), entries_.end(),
                        [&](auto& x) { return x.who == who; });
  return i == entries_.end() ? nullptr : &*i;
}

const host_sources::entry& host_sources::nearest() const {
  auto i = std::min_element(entries_.begin(), entries_.end(),
                            [](auto& x, auto& y) {
                              return x.presence.online != y.presence.online
                                         ? x.presence.online
                                         : x.path.size() < y.path.size();
                            });
  return *i;
}

uint32_t host_sources::key_mark(uint32_t current) const {
  auto has_current = [&](auto& x) {
    return x.presence.online && x.key_mark == current;
  };
  auto stays = online()
                   ? std::any_of(entries_.begin(), entries_.end(), has_current)
                   : current != 0;
  return stays || empty() ? current : nearest().key_mark;
}

bool host_sources::online() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](auto& x) { return x.presence.online; });
}

} // namespace tributary
