#include "actors/link/pending_requests.hpp"

#include "schema/error.hpp"

namespace tributary {

namespace {

/// A child that fills its pieces needs no more. It is a bound on what is said
/// back for pieces of a byte.
constexpr size_t pieces_max = reply_bytes_max / reply_piece_bytes_max;

} // namespace

caf::expected<uint64_t> pending_requests::open(int64_t deadline_ms) {
  if (waiting_.size() >= requests_max)
    return make_error(ec::busy, std::to_string(requests_max)
                                    + " requests wait for it already");
  waiting_[++last_id_].deadline_ms = deadline_ms;
  return last_id_;
}

caf::expected<pending_requests::progress>
pending_requests::take(link_reply piece) {
  if (piece.id == 0 || piece.id > last_id_)
    return make_error(ec::corrupt, "a reply to a request that was never sent");
  progress result;
  auto i = waiting_.find(piece.id);
  if (i == waiting_.end()) {
    if (late_max_ == 0)
      return make_error(ec::corrupt, "replies to a request that was given up");
    --late_max_;
    result.is_late = true;
    return result;
  }
  auto& bytes = i->second.bytes;
  if (bytes.size() + piece.piece.size() > reply_bytes_max
      || ++i->second.pieces > pieces_max) {
    result.ended.push_back(
        {piece.id,
         make_error(ec::too_large, "its answer is longer than "
                                       + std::to_string(reply_bytes_max >> 20)
                                       + " MiB")});
    result.is_unwanted = piece.more;
    give_up(i);
    return result;
  }
  bytes += piece.piece;
  if (!piece.more) {
    result.ended.push_back({piece.id, std::move(bytes)});
    waiting_.erase(i);
  }
  return result;
}

/// What was under way crosses the word that nobody waits any more.
void pending_requests::give_up(std::map<uint64_t, request>::iterator which) {
  late_max_ += reply_pieces_max;
  waiting_.erase(which);
}

std::vector<uint64_t> pending_requests::expire(int64_t now_ms) {
  std::vector<uint64_t> result;
  for (auto i = waiting_.begin(); i != waiting_.end();)
    if (i->second.deadline_ms <= now_ms) {
      result.push_back(i->first);
      give_up(i++);
    } else {
      ++i;
    }
  return result;
}

std::vector<uint64_t> pending_requests::end() {
  std::vector<uint64_t> result;
  for (auto& kvp : waiting_)
    result.push_back(kvp.first);
  waiting_.clear();
  return result;
}

} // namespace tributary
