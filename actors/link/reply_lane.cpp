#include "actors/link/reply_lane.hpp"

#include <algorithm>

#include "schema/error.hpp"

namespace tributary {

std::list<reply_lane::request>::iterator reply_lane::find(uint64_t id) {
  return std::find_if(requests_.begin(), requests_.end(),
                      [id](auto& x) { return x.id == id; });
}

caf::error reply_lane::begin(uint64_t id, int64_t deadline_ms) {
  if (find(id) != requests_.end())
    return make_error(ec::duplicate, "the parent asks twice with one number");
  if (requests_.size() >= requests_max)
    return make_error(ec::too_large, "the parent asks more than "
                                         + std::to_string(requests_max)
                                         + " things at once");
  requests_.push_back({id, deadline_ms, nullptr, 0});
  return {};
}

bool reply_lane::answer(uint64_t id, std::shared_ptr<const std::string> bytes) {
  auto i = find(id);
  if (i == requests_.end() || i->bytes || bytes->empty())
    return true;
  auto waiting = bytes->size();
  for (auto& x : requests_)
    waiting += x.bytes ? x.bytes->size() - x.sent : 0;
  if (waiting > waiting_bytes_max && bytes->size() > refusal_bytes_max)
    return false;
  i->bytes = std::move(bytes);
  return true;
}

void reply_lane::cancel(uint64_t id) {
  if (auto i = find(id); i != requests_.end())
    requests_.erase(i);
}

void reply_lane::expire(int64_t now_ms) {
  requests_.remove_if([now_ms](auto& x) { return x.deadline_ms <= now_ms; });
}

void reply_lane::taken() noexcept {
  under_way_ -= under_way_ > 0 ? 1 : 0;
}

std::optional<link_reply> reply_lane::next() {
  if (under_way_ >= reply_pieces_max)
    return std::nullopt;
  auto i = std::find_if(requests_.begin(), requests_.end(),
                        [](auto& x) { return x.bytes != nullptr; });
  if (i == requests_.end())
    return std::nullopt;
  ++under_way_;
  link_reply result;
  result.id = i->id;
  result.piece = i->bytes->substr(i->sent, reply_piece_bytes_max);
  i->sent += result.piece.size();
  result.more = i->sent < i->bytes->size();
  if (result.more)
    requests_.splice(requests_.end(), requests_, i); // the others' turn
  else
    requests_.erase(i);
  return result;
}

} // namespace tributary
