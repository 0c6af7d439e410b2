#include "actors/link/connector.hpp"

#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>

#include "actors/link/socket.hpp"
#include "actors/link/wire_broker.hpp"
#include "schema/error.hpp"

namespace tributary {

connector::connector(caf::actor_config& cfg, actor_identity identity,
                     std::shared_ptr<node_figures> figures)
    : observed(cfg, identity),
      directory_(identity.directory),
      figures_(std::move(figures)) {
  // nop
}

connector::behavior_type connector::make_behavior() {
  return {[this](connect_atom,
                 const link_target_ptr& target) -> caf::result<wire_actor> {
    if (target->destination.tls && !target->tls) // never without what was asked
      return make_error(ec::tls_failed, "the files for TLS can't be used");
    auto socket = connect_to(*target);
    if (!socket)
      return std::move(socket.error());
    auto& to = target->destination;
    auto text = to_string(to);
    wire_protection protection;
    if (to.tls)
      protection.guard = std::make_unique<wire_guard>(
          peer_security{target->tls, to.host, text});
    auto& backend = system().middleman().backend();
    return spawn_wire(
        system(),
        {directory_, "wire " + text, name(), actor_tenure::connection},
        backend.new_scribe(*socket), std::move(protection), figures_);
  }};
}

} // namespace tributary
