#pragma once

/// Asks one destination whether its node would take this one, and what it has
/// of this node's own host, while data flows elsewhere. Tells its uplink once
/// and ends.

#include <string>

#include <caf/error.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/link/wire.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "schema/link.hpp"

namespace tributary {

/// What a scout has found.
struct scout_report {
  /// As in `scout_task`.
  size_t index = 0;
  uint64_t round = 0;
  /// Why it would not do; none when it would.
  caf::error error;
  /// What the parent said, if that was it.
  link_reason refusal = link_reason::none;
  guid node;
  /// Newest tick of the own host that is durable there; 0: none, or the parent
  /// does not say.
  tick newest = 0;
};

struct scout_task {
  /// Of the destination in the uplink's list.
  size_t index = 0;
  /// The uplink's number for this round of questions.
  uint64_t round = 0;
  link_target target;
  link_hello hello;
};

class scout final : public observed<scout_actor::base> {
public:
  scout(caf::actor_config& cfg, actor_identity identity, scout_task task,
        const connector_actor& connector, const uplink_actor& asks);

  behavior_type make_behavior() override;
  void on_exit() override;

  /// For connecting, and for the answer.
  static constexpr int64_t patience_ms = 10'000;

private:
  void on_connected(const wire_actor& wire);
  void on_batch(const wire_batch& batch);
  void tell(scout_report report);
  void fail(caf::error error, link_reason refusal = link_reason::none);

  scout_task task_;
  connector_actor connector_;
  uplink_actor asks_;
  wire_actor wire_;
  /// A wire that comes later is closed.
  bool done_ = false;
};

} // namespace tributary
