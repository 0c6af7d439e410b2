#pragma once

/// The broker of a listening socket: makes a wire of each connection and hands
/// it to the listener. Ends with the listener.

#include <caf/io/broker.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/typed_broker.hpp>

#include "actors/collect/self_figures.hpp"
#include "actors/link/handshake_gate.hpp"
#include "actors/link/wire_guard.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"

namespace tributary {

using acceptor_actor
    = caf::typed_actor<caf::reacts_to<caf::io::new_connection_msg>,
                       caf::reacts_to<caf::io::acceptor_closed_msg>,
                       // For connections that come from now on.
                       caf::reacts_to<reload_atom, port_security_ptr>>;

class acceptor final : public observed<acceptor_actor::broker_base> {
public:
  acceptor(caf::actor_config& cfg, actor_identity identity,
           caf::io::doorman_ptr door, port_security_ptr security,
           std::shared_ptr<node_figures> figures, listener_actor listener);

  behavior_type make_behavior() override;

private:
  void on_connection(caf::io::connection_handle handle);

  actor_directory_ptr directory_;
  caf::io::doorman_ptr door_;
  port_security_ptr security_;
  std::shared_ptr<handshake_gate> gate_ = std::make_shared<handshake_gate>();
  std::shared_ptr<node_figures> figures_;
  caf::actor_addr listener_;
};

/// Starts accepting on a listening socket, which it owns from now on.
acceptor_actor spawn_acceptor(caf::actor_system& system,
                              actor_identity identity, int socket,
                              port_security_ptr security,
                              std::shared_ptr<node_figures> figures,
                              const listener_actor& listener);

} // namespace tributary
