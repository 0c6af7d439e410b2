/// The part of session.hpp that asks the child, and through it the nodes below:
/// for who asked here, or passes on what a node above asked.

#include <chrono>

#include "actors/link/session.hpp"

namespace tributary {

caf::result<wire_bytes_ptr> session::on_request(const link_request& what) {
  if (mode_ != mode::open)
    return make_error(ec::disconnected, "the link to it is not open");
  if ((wishes_ & wish_requests) == 0)
    return make_error(ec::version_mismatch,
                      hostname_ + " runs a program that takes no requests yet");
  // Who asks at this node itself may ask all that the child answers.
  if (what.via.size() > 1
      && !allows(options_->rules->requests_to(key_, node_), what.kind))
    return make_error(ec::denied, "'pass requests' of its API key lets no "
                                  "such request through to "
                                      + hostname_);
  if (what.wait_ms <= request_hop_ms)
    return make_error(ec::timed_out, "no time is left to ask " + hostname_);
  auto id = requests_.open(steady_ms() + what.wait_ms);
  if (!id)
    return make_error(ec::busy, hostname_ + ": " + words_of(id.error()));
  auto message = what;
  message.id = *id;
  message.wait_ms = what.wait_ms - request_hop_ms;
  transmit(message);
  figures_->requests_sent.fetch_add(1, std::memory_order_relaxed);
  delayed_send(this, std::chrono::milliseconds(what.wait_ms), request_atom_v);
  auto to = make_response_promise<wire_bytes_ptr>();
  askers_.emplace(*id, to);
  return to;
}

caf::error session::on_reply(link_reply& x) {
  auto id = x.id;
  auto progress = requests_.take(std::move(x));
  if (!progress)
    return std::move(progress.error());
  if (progress->is_late)
    figures_->late_replies.fetch_add(1, std::memory_order_relaxed);
  transmit(link_more{});
  if (progress->is_unwanted)
    transmit(link_cancel{id});
  for (auto& ended : progress->ended) {
    auto to = askers_.find(ended.id);
    if (ended.answer)
      to->second.deliver(wire_bytes_ptr{
          std::make_shared<const std::string>(std::move(*ended.answer))});
    else
      to->second.deliver(
          make_error(code_of(ended.answer.error()),
                     hostname_ + ": " + words_of(ended.answer.error())));
    askers_.erase(to);
  }
  return {};
}

void session::expire_requests() {
  for (auto id : requests_.expire(steady_ms())) {
    auto to = askers_.find(id);
    to->second.deliver(
        make_error(ec::timed_out, hostname_ + " does not answer in time"));
    askers_.erase(to);
    transmit(link_cancel{id});
  }
}

void session::end_requests(const std::string& why) {
  for (auto id : requests_.end())
    askers_[id].deliver(make_error(ec::disconnected, "the link to " + hostname_
                                                         + " ended: " + why));
  askers_.clear();
}

} // namespace tributary
