#include "tests/support/sim_network.hpp"

#include <algorithm>
#include <chrono>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include "actors/link/wire.hpp"
#include "schema/error.hpp"
#include "tests/support/sim_wire.hpp"

namespace tributary {

namespace {

using std::chrono::milliseconds;

class sim_connector final : public connector_actor::base {
public:
  sim_connector(caf::actor_config& cfg, sim_network& network, std::string node)
      : connector_actor::base(cfg), network_(network), node_(std::move(node)) {
    // nop
  }

  behavior_type make_behavior() override {
    return {[this](connect_atom,
                   const link_target_ptr& target) -> caf::result<wire_actor> {
      auto wire = network_.connect(system(), node_, target->destination.host);
      if (!wire)
        return std::move(wire.error());
      return std::move(*wire);
    }};
  }

private:
  sim_network& network_;
  std::string node_;
};

} // namespace

void sim_network::set_listener(const std::string& node,
                               listener_actor listener) {
  listeners_[node] = std::move(listener);
}

std::shared_ptr<sim_promises>
sim_network::promises_of(const std::string& node) {
  auto& result = promises_[node];
  if (!result)
    result = std::make_shared<sim_promises>();
  return result;
}

connector_actor sim_network::start_connector(caf::actor_system& system,
                                             const std::string& node) {
  return system.spawn<sim_connector>(*this, node);
}

caf::expected<wire_actor> sim_network::connect(caf::actor_system& system,
                                               const std::string& child,
                                               const std::string& name) {
  auto other = aliases_.find(name);
  auto& parent = other == aliases_.end() ? name : other->second;
  auto listener = listeners_[parent];
  auto way = pair_of(child, parent);
  if (!listener || stalled_[way] || refused_[way])
    return make_error(ec::disconnected, parent + " does not answer");
  ++connects_;
  auto link = std::make_shared<sim_link>(sim_link{
      this, child, parent, false, {}, {}, link_audit{promises_of(parent)}});
  auto here = system.spawn<sim_wire>(link, sim_side::child);
  auto there = system.spawn<sim_wire>(link, sim_side::parent);
  link->down.reader = here;
  link->up.reader = there;
  links_.erase(std::remove_if(links_.begin(), links_.end(),
                              [](auto& x) { return x.expired(); }),
               links_.end());
  links_.push_back(link);
  caf::anon_send(listener, accept_atom_v, wire_actor{there}, child);
  return wire_actor{here};
}

void sim_network::wake(sim_link& link, sim_pipe& pipe) {
  unacked_bytes_max_
      = std::max(unacked_bytes_max_, link.audit.unacked_bytes_max());
  if (pipe.woken || !pipe.reader || link.cut || stalled(link)
      || (pipe.bytes.empty() && !pipe.closed))
    return;
  pipe.woken = true;
  auto delay = random(8) == 0 ? random(200) : random(20);
  caf::delayed_anon_send(pipe.reader, milliseconds(1 + delay), tick_atom_v);
}

bool sim_network::stalled(const sim_link& link) const {
  auto i = stalled_.find(pair_of(link.child, link.parent));
  return i != stalled_.end() && i->second;
}

void sim_network::end(const sim_link_ptr& link) {
  link->cut = true;
  for (auto pipe : {&link->up, &link->down})
    if (pipe->reader)
      caf::delayed_anon_send(pipe->reader, milliseconds(1 + random(100)),
                             leave_atom_v);
}

void sim_network::cut(const std::string& a, const std::string& b) {
  for (auto& x : links_)
    if (auto link = x.lock())
      if (pair_of(link->child, link->parent) == pair_of(a, b))
        end(link);
}

void sim_network::kill_wire(const std::string& child, const std::string& parent,
                            sim_side side) {
  for (auto& x : links_) {
    auto link = x.lock();
    if (!link || link->child != child || link->parent != parent)
      continue;
    auto& reader
        = side == sim_side::child ? link->down.reader : link->up.reader;
    if (reader)
      caf::anon_send_exit(reader, caf::exit_reason::unhandled_exception);
  }
}

void sim_network::stall(const std::string& a, const std::string& b) {
  stalled_[pair_of(a, b)] = true;
}

void sim_network::refuse(const std::string& a, const std::string& b) {
  refused_[pair_of(a, b)] = true;
}

void sim_network::heal() {
  stalled_.clear();
  refused_.clear();
  for (auto& x : links_)
    if (auto link = x.lock()) {
      wake(*link, link->up);
      wake(*link, link->down);
    }
}

void sim_network::forget(const std::string& node, bool silent) {
  listeners_[node] = nullptr;
  for (auto& x : links_) {
    auto link = x.lock();
    if (!link || (link->child != node && link->parent != node))
      continue;
    link->cut = true;
    auto& own = link->child == node ? link->down : link->up;
    auto& other = link->child == node ? link->up : link->down;
    if (own.reader)
      caf::anon_send(own.reader, leave_atom_v);
    if (other.reader && !silent)
      caf::delayed_anon_send(other.reader, milliseconds(1 + random(100)),
                             leave_atom_v);
  }
}

size_t sim_network::open_links(const std::string& child,
                               const std::string& parent) const {
  size_t result = 0;
  for (auto& x : links_)
    if (auto link = x.lock())
      result += link->child == child && link->parent == parent && !link->cut;
  return result;
}

size_t sim_network::blocks() const {
  size_t result = 0;
  for (auto& x : links_)
    if (auto link = x.lock())
      result += link->audit.blocks();
  return result;
}

size_t sim_network::packed_messages() const {
  size_t result = 0;
  for (auto& x : links_)
    if (auto link = x.lock())
      result += link->audit.packed_messages();
  return result;
}

size_t sim_network::unacked_bytes_max() const {
  return unacked_bytes_max_;
}

} // namespace tributary
