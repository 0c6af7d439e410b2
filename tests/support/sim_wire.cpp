#include "tests/support/sim_wire.hpp"

#include <algorithm>
#include <chrono>

#include <caf/actor_cast.hpp>

#include "schema/error.hpp"

namespace tributary {

sim_wire::sim_wire(caf::actor_config& cfg, sim_link_ptr link, sim_side side)
    : sim_wire_actor::base(cfg), link_(std::move(link)), side_(side) {
  // nop
}

sim_wire::behavior_type sim_wire::make_behavior() {
  set_down_handler([this](caf::down_msg&) { quit(); });
  delayed_send(this, std::chrono::milliseconds(wire_start_ms_max), stop_atom_v);
  return {
      [this](start_atom, const wire_user& user) {
        user_ = user.address();
        started_ = true;
        monitor(user);
        link_->network->wake(*link_, in());
      },
      [this](bytes_atom, const wire_bytes_ptr& x) { on_bytes(*x); },
      [this](trust_atom) {
        trusted_ = true;
        splitter_.trust();
        deliver({});
        link_->network->wake(*link_, in());
      },
      [this](consumed_atom, uint64_t bytes) {
        unconsumed_ -= std::min(unconsumed_, bytes);
        link_->network->wake(*link_, in());
      },
      [this](close_atom) { on_close(); },
      [this](tick_atom) { read(); },
      [this](leave_atom) { give_up("the connection was cut"); },
      [this](stop_atom) {
        if (!started_)
          give_up("nobody uses it");
      },
  };
}

void sim_wire::on_exit() {
  if (started_ && !given_up_)
    give_up("the wire ended");
  if (link_) {
    in().reader = nullptr;
    link_ = nullptr;
  }
  sim_wire_actor::base::on_exit();
}

sim_pipe& sim_wire::in() {
  return side_ == sim_side::child ? link_->down : link_->up;
}

sim_pipe& sim_wire::out() {
  return side_ == sim_side::child ? link_->up : link_->down;
}

bool sim_wire::reading() const {
  return started_ && !given_up_ && (trusted_ || !hello_delivered_)
         && unconsumed_ < wire_read_ahead_bytes_max;
}

void sim_wire::on_bytes(const std::string& bytes) {
  if (given_up_ || link_->cut)
    return;
  if (side_ == sim_side::child)
    link_->audit.sent_up(bytes);
  else
    link_->audit.sent_down(bytes);
  out().bytes += bytes;
  link_->network->wake(*link_, out());
}

void sim_wire::on_close() {
  if (given_up_)
    return;
  given_up_ = true;
  // TCP resets a connection that is closed with unread bytes, and what the
  // other side has not read by then is lost.
  if (link_->network->random(4) == 0)
    out().bytes.resize(link_->network->random(out().bytes.size() + 1));
  out().closed = true;
  link_->network->wake(*link_, out());
  quit();
}

void sim_wire::read() {
  auto& from = in();
  from.woken = false;
  if (!reading() || link_->cut || link_->network->stalled(*link_))
    return;
  auto& network = *link_->network;
  // All of it, a piece, or a byte: messages are cut and joined anywhere.
  auto count = from.bytes.size();
  switch (network.random(4)) {
  case 0:
    count = std::min<size_t>(count, 1 + network.random(16));
    break;
  case 1:
    count = std::min<size_t>(count, 1 + network.random(count + 1));
    break;
  default:
    break;
  }
  auto bytes = from.bytes.substr(0, count);
  from.bytes.erase(0, count);
  auto rest = !from.bytes.empty();
  auto closed = from.closed && !rest;
  if (!bytes.empty())
    deliver(bytes);
  if (given_up_)
    return;
  if (closed)
    give_up({});
  else if (rest)
    network.wake(*link_, in());
}

void sim_wire::deliver(std::string_view bytes) {
  auto batch = std::make_shared<wire_batch>();
  auto error = splitter_.feed(bytes, batch->bodies);
  for (auto& x : batch->bodies)
    batch->bytes += x.size();
  if (!batch->bodies.empty()) {
    hello_delivered_ = true;
    unconsumed_ += batch->bytes;
    if (auto user = caf::actor_cast<wire_user>(user_))
      send(user, bytes_atom_v, wire_batch_ptr{std::move(batch)});
  }
  if (error)
    give_up(to_text(error));
}

void sim_wire::give_up(const std::string& reason) {
  if (given_up_)
    return;
  given_up_ = true;
  auto batch = std::make_shared<wire_batch>();
  batch->closed = true;
  batch->reason = reason;
  if (auto user = caf::actor_cast<wire_user>(user_))
    send(user, bytes_atom_v, wire_batch_ptr{std::move(batch)});
  out().closed = true;
  link_->network->wake(*link_, out());
  quit();
}

} // namespace tributary
