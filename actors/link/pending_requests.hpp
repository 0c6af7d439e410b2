#pragma once

/// Requests of one link that wait for their replies, at the parent's side:
/// numbers, time-outs, and the pieces that have come. Pure. Each request ends
/// once: with an answer, or with an error that says why there is none.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <caf/expected.hpp>

#include "schema/link.hpp"

namespace tributary {

class pending_requests {
public:
  /// How a request ended.
  struct outcome {
    uint64_t id = 0;
    /// All pieces of the answer, or `ec::too_large`.
    caf::expected<std::string> answer;
  };

  /// What a piece of a reply led to.
  struct progress {
    /// Ended by it: none or one.
    std::vector<outcome> ended;
    /// The rest of the reply is not wanted: the child is to be told.
    bool is_unwanted = false;
    /// It was for a request that had been given up: dropped.
    bool is_late = false;
  };

  /// A new request that is given up at `deadline_ms`. Yields its number;
  /// `ec::busy` when `requests_max` wait already.
  caf::expected<uint64_t> open(int64_t deadline_ms);

  /// A piece came. What comes for a request that was given up is dropped.
  /// Yields `ec::corrupt` for a number that was never given, and for more late
  /// pieces than a child can have sent before it knew: the peer can't be
  /// trusted then.
  caf::expected<progress> take(link_reply piece);

  /// Gives up those whose time is over; their numbers.
  std::vector<uint64_t> expire(int64_t now_ms);

  /// The link is no more: gives up all; their numbers.
  std::vector<uint64_t> end();

  size_t size() const noexcept {
    return waiting_.size();
  }

private:
  struct request {
    int64_t deadline_ms = 0;
    std::string bytes;
    size_t pieces = 0;
  };

  void give_up(std::map<uint64_t, request>::iterator which);

  std::map<uint64_t, request> waiting_;
  uint64_t last_id_ = 0;
  /// Late pieces that may still come.
  size_t late_max_ = 0;
};

} // namespace tributary
