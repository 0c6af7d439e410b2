#pragma once

/// Who delivers a host to this node. A host may come over several relays at
/// once, one of which has it live and the others only its past: all may
/// deliver, since frames and windows are the same bytes on every way. A second
/// source of one sender replaces the first. Ingest keeps one of these a host.

#include <vector>

#include "actors/protocol.hpp"
#include "actors/storage/traffic.hpp"

namespace tributary {

class host_sources {
public:
  struct entry {
    source_actor who;
    /// Nodes that the data came through, origin first, the sender last.
    std::vector<guid> path;
    /// Of the host's life that it delivers.
    guid boot;
    tributary::presence presence;
    /// Of the key that it comes with.
    uint32_t key_mark = 0;
    /// When it delivered a frame last; 0: none yet.
    unix_ms heard_ms = 0;

    /// Empty for a source without a path.
    guid sender() const {
      return path.empty() ? guid{} : path.back();
    }
  };

  /// Adds a source, or what it says now. Returns the older one of the same
  /// sender, which no longer delivers; null where there was none.
  source_actor add(entry what);

  /// False when it was not there.
  bool remove(const source_actor& who);

  bool contains(const source_actor& who) const;

  /// Null for one that is not there.
  entry* find(const source_actor& who);

  /// The one with the shortest way, of those that have the host live where
  /// there is one; must not be empty. A relay that has the host from us has a
  /// longer way: it is not kept from getting more.
  const entry& nearest() const;

  /// By which key the host goes on: `current` as long as some source that has
  /// the host live comes with it, or none has it live; else that of the
  /// nearest. Its past goes where it went when it was live.
  uint32_t key_mark(uint32_t current) const;

  /// Some source has it live.
  bool online() const;

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
