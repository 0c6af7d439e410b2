#include "actors/link/acceptor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>

#include "actors/link/wire_broker.hpp"
#include "config/admission.hpp"

namespace tributary {

acceptor::acceptor(caf::actor_config& cfg, actor_identity identity,
                   caf::io::doorman_ptr door, port_security_ptr security,
                   std::shared_ptr<node_figures> figures,
                   listener_actor listener)
    : observed(cfg, identity),
      directory_(identity.directory),
      door_(std::move(door)),
      security_(std::move(security)),
      figures_(std::move(figures)),
      listener_(listener.address()) {
  // nop
}

acceptor::behavior_type acceptor::make_behavior() {
  if (auto listener = caf::actor_cast<listener_actor>(listener_))
    monitor(listener);
  set_down_handler([this](caf::down_msg&) { quit(); });
  add_doorman(std::move(door_));
  return {
      [this](const caf::io::new_connection_msg& x) { on_connection(x.handle); },
      [this](const caf::io::acceptor_closed_msg&) { quit(); },
      [this](reload_atom, const port_security_ptr& x) { security_ = x; },
  };
}

void acceptor::on_connection(caf::io::connection_handle handle) {
  auto listener = caf::actor_cast<listener_actor>(listener_);
  auto scribe = take(handle);
  if (!listener || !scribe)
    return;
  auto address = normal_address(scribe->addr());
  wire_protection protection;
  if (security_->policy != tls_policy::no)
    protection = {std::make_unique<wire_guard>(*security_), gate_};
  auto wire = spawn_wire(
      system(),
      {directory_, "wire " + address, name(), actor_tenure::connection},
      std::move(scribe), std::move(protection), figures_);
  send(listener, accept_atom_v, std::move(wire), address);
}

acceptor_actor spawn_acceptor(caf::actor_system& system,
                              actor_identity identity, int socket,
                              port_security_ptr security,
                              std::shared_ptr<node_figures> figures,
                              const listener_actor& listener) {
  auto& backend = system.middleman().backend();
  caf::actor_config config{&backend};
  return system.spawn_class<acceptor, caf::no_spawn_options>(
      config, std::move(identity), backend.new_doorman(socket),
      std::move(security), std::move(figures), listener);
}

} // namespace tributary
