/// The part of session.hpp for children that choose between parents: those that
/// only ask, and those that are sent away while this node is drained.

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>

#include "actors/link/session.hpp"

namespace tributary {

namespace {

/// The writer may be in a slow commit; the child waits ten seconds in all.
constexpr auto answer_timeout = std::chrono::seconds(5);

} // namespace

/// What this node says of itself to a child that it takes.
link_welcome session::welcome_of(const link_hello& x) const {
  link_welcome result;
  result.version = std::min(x.version_max, link_version);
  result.node = options_->own;
  result.hostname = options_->hostname;
  result.durability = options_->durability;
  result.credit_bytes = options_->credit_bytes;
  result.ping_ms = options_->ping_ms;
  result.program = options_->program;
  result.knows = knows_host_state;
  return result;
}

/// The child has no link by that. It closes when it has read the answer: what
/// is closed at once may be lost on the way.
void session::on_question(const link_hello& x) {
  auto answer = [this, welcome = welcome_of(x)](tick newest) mutable {
    if (mode_ != mode::hello_wanted)
      return;
    welcome.newest = newest;
    transmit(welcome);
    send(wire_, trust_atom_v); // to see it close
  };
  asked_ = true;
  request(options_->above, answer_timeout, latest_atom_v, x.node)
      .then([answer](tick newest) mutable { answer(newest); },
            [answer](caf::error&) mutable { answer(0); });
}

/// Nobody is told of what was no link.
void session::end_question() {
  mode_ = mode::closed;
  figures_->links.remove(id());
  send(wire_, close_atom_v);
  quit();
}

/// False where a child must not come now.
bool session::join(const link_hello& x) {
  wishes_ = x.wishes;
  auto& drains = options_->drains;
  if (!drains || ((x.wishes & wish_question) != 0 && !drains->is_on()))
    return true;
  if ((x.wishes & wish_question) == 0 && drains->joined(id(), hostname_))
    return true;
  log_->info("node {} from {} is refused: draining", to_string(x.node),
             address_);
  transmit(link_refuse{link_reason::draining, "this node is being drained"});
  end(link_reason::draining, {});
  return false;
}

/// Once a second while the link is open.
void session::mind_drain() {
  auto is_on = options_->drains && options_->drains->is_on();
  if (!is_on) {
    if (draining_ms_ >= 0)
      transmit(link_drain{false, true});
    draining_ms_ = -1;
    return;
  }
  if ((wishes_ & wish_drain) == 0) {
    // An older child goes on to the next one when a parent stops.
    end(link_reason::shutdown, "draining");
    return;
  }
  if (draining_ms_ < 0) {
    draining_ms_ = 0;
    transmit(link_drain{});
    return;
  }
  constexpr int64_t tick_ms = 1000;
  draining_ms_ += tick_ms;
  if (draining_ms_ >= leave_ms_max && !stays_)
    end(link_reason::draining, "did not leave in time");
}

void session::on_drain(const link_drain& x) {
  if (draining_ms_ < 0)
    return; // an answer to what is over
  stays_ = x.stays;
  options_->drains->stays(id(), stays_);
  if (stays_)
    log_->info("{} has nowhere else to go and stays", peer_);
}

} // namespace tributary
