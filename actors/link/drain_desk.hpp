#pragma once

/// Whether this node is being drained, and how far its children are. Sessions
/// say who is here and ask whether they should send their child away; the shell
/// begins and ends it. Thread-safe; knows no actor and no clock.

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace tributary {

struct drain_state {
  bool is_on = false;
  /// Children that have left since it began.
  uint64_t left = 0;
  /// Names of those that are here still and go.
  std::vector<std::string> leaving;
  /// Names of those that have nowhere else to go.
  std::vector<std::string> staying;
};

class drain_desk {
public:
  /// A child has a link now. False: it must be refused, the node is drained.
  bool joined(uint64_t session, const std::string& child);

  /// The child has nowhere else to go, or it has again.
  void stays(uint64_t session, bool does);

  /// Its link is over.
  void gone(uint64_t session);

  /// Once more does nothing.
  void begin();
  void end();

  bool is_on() const noexcept {
    return is_on_.load(std::memory_order_relaxed);
  }

  drain_state state() const;

private:
  struct entry {
    std::string child;
    bool stays = false;
  };

  mutable std::mutex mutex_;
  std::atomic<bool> is_on_{false};
  std::map<uint64_t, entry> entries_;
  uint64_t left_ = 0;
};

} // namespace tributary
