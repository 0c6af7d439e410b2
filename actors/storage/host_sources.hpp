#pragma once

/// Who delivers a host to this node. A host may come over several relays at
/// once, one of which has it live and the others only its past: all may
/// deliver, since frames and windows are the same bytes on every way. A second
/// source of one sender replaces the first. Ingest keeps one of these a host.

#include <algorithm>
#include <vector>

#include "actors/protocol.hpp"

namespace tributary {

class host_sources {
public:
  struct entry {
    source_actor who;
    /// Nodes that the data came through, origin first, the sender last.
    std::vector<guid> path;
  };

  /// Adds a source. Returns the older one of the same sender, which no longer
  /// delivers; null where there was none.
  source_actor add(source_actor who, std::vector<guid> path) {
    source_actor replaced;
    for (auto& x : entries_)
      if (x.who != who && !path.empty() && !x.path.empty()
          && x.path.back() == path.back())
        replaced = x.who;
    remove(who);
    remove(replaced);
    entries_.push_back({std::move(who), std::move(path)});
    return replaced;
  }

  /// False when it was not there.
  bool remove(const source_actor& who) {
    auto end = std::remove_if(entries_.begin(), entries_.end(),
                              [&](auto& x) { return x.who == who; });
    auto found = end != entries_.end();
    entries_.erase(end, entries_.end());
    return found;
  }

  bool contains(const source_actor& who) const {
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](auto& x) { return x.who == who; });
  }

  /// The shortest way that the host comes; must not be empty. A relay that has
  /// the host from us has a longer one: it is not kept from getting more.
  const std::vector<guid>& path() const {
    auto i = std::min_element(
        entries_.begin(), entries_.end(),
        [](auto& x, auto& y) { return x.path.size() < y.path.size(); });
    return i->path;
  }

  bool empty() const noexcept {
    return entries_.empty();
  }

  const std::vector<entry>& all() const noexcept {
    return entries_;
  }

  void clear() {
    entries_.clear();
  }

private:
  std::vector<entry> entries_;
};

} // namespace tributary
