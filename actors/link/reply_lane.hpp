#pragma once

/// Requests of a parent that are being answered, and the answers that wait to
/// go up, at the child's side. Pure. Answers take turns piece by piece, and few
/// pieces are under way at a time, so that neither a live frame nor a short
/// answer waits for a long one.

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include <caf/error.hpp>

#include "schema/link.hpp"

namespace tributary {

class reply_lane {
public:
  /// Answers that wait, bytes; what is beyond gives way to a refusal.
  static constexpr size_t waiting_bytes_max = 2 * reply_bytes_max;

  /// A request came, which nobody waits for after `deadline_ms`. Yields
  /// `ec::too_large` when more than `requests_max` would be there, which no
  /// parent of ours does, and `ec::duplicate` for a number that is there.
  caf::error begin(uint64_t id, int64_t deadline_ms);

  /// Its answer is here. False when there is no room for it, which a short
  /// refusal always finds. Left when nobody waits any more.
  bool answer(uint64_t id, std::shared_ptr<const std::string> bytes);

  /// Nobody waits for it any more.
  void cancel(uint64_t id);

  /// Drops those whose time is over.
  void expire(int64_t now_ms);

  /// The parent has taken a piece.
  void taken() noexcept;

  /// The next piece to send now; none when enough are under way, or nothing
  /// waits.
  std::optional<link_reply> next();

  /// Requests that are not answered whole.
  size_t size() const noexcept {
    return requests_.size();
  }

  /// Refusals are at most so long.
  static constexpr size_t refusal_bytes_max = 4u << 10;

private:
  struct request {
    uint64_t id = 0;
    int64_t deadline_ms = 0;
    /// Null until it is here.
    std::shared_ptr<const std::string> bytes;
    size_t sent = 0;
  };

  std::list<request>::iterator find(uint64_t id);

  // In the order of their turns.
  std::list<request> requests_;
  size_t under_way_ = 0;
};

} // namespace tributary
