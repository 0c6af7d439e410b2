#pragma once

/// Gives each attempt to connect a connector of its own: resolving and
/// connecting block, up to a minute where nothing answers, and no other link
/// shall wait for that.

#include <functional>
#include <set>

#include <caf/typed_event_based_actor.hpp>

#include "actors/observed.hpp"
#include "actors/protocol.hpp"

namespace tributary {

class dialers final : public observed<connector_actor::base> {
public:
  /// @param start_connector makes one, detached; it is ended when it has
  /// answered.
  dialers(caf::actor_config& cfg, actor_identity identity,
          std::function<connector_actor()> start_connector);

  behavior_type make_behavior() override;
  void on_exit() override;

  /// Attempts at once, a thread each: the longest list, twice. More are refused
  /// with `ec::busy`.
  static constexpr size_t attempts_max = 64;

private:
  caf::result<wire_actor> on_connect(const link_target_ptr& target);
  void end(const connector_actor& who);

  std::function<connector_actor()> start_connector_;
  std::set<connector_actor> busy_;
};

} // namespace tributary
