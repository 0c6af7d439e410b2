#pragma once

/// Resolves a destination, connects and starts the wire. Detached, since both
/// block; answers with the wire or with an error that names the address.

#include <caf/typed_event_based_actor.hpp>

#include "actors/collect/self_figures.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"

namespace tributary {

class connector final : public observed<connector_actor::base> {
public:
  connector(caf::actor_config& cfg, actor_identity identity,
            std::shared_ptr<node_figures> figures);

  behavior_type make_behavior() override;

private:
  actor_directory_ptr directory_;
  std::shared_ptr<node_figures> figures_;
};

} // namespace tributary
