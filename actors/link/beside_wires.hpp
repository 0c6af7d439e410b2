#pragma once

/// Lets an actor run in the thread of the sockets, where wires run: what a
/// socket brings reaches it without waking another thread, which costs more
/// than all else that a small frame does (decision 0027). Nothing that such an
/// actor does may block.

#include <utility>

#include <caf/actor_config.hpp>
#include <caf/actor_system.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/resumable.hpp>

#include "actors/link/wires_door.hpp"

namespace tributary {

/// @tparam Base an observed, event-based actor. It stays with the scheduler
/// when something else than `spawn_beside_wires` starts it: simulations have no
/// sockets.
template <class Base>
class beside_wires : public Base {
public:
  template <class... Ts>
  explicit beside_wires(caf::actor_config& cfg, Ts&&... xs)
      : Base(cfg, std::forward<Ts>(xs)...), door_(door_of(cfg.host)) {
    // nop
  }

  void enqueue(caf::mailbox_element_ptr what,
               caf::execution_unit* host) override {
    Base::enqueue(std::move(what), door_ ? door_.get() : host);
  }

  /// What the thread of the sockets looks at: others it passes on to the
  /// scheduler.
  caf::resumable::subtype_t subtype() const override {
    return door_ ? caf::resumable::io_actor : Base::subtype();
  }

private:
  static wires_door_ptr door_of(caf::execution_unit* host) {
    auto door = dynamic_cast<wires_door*>(host);
    return door != nullptr ? door->shared_from_this() : nullptr;
  }

  wires_door_ptr door_;
};

template <class Actor, class... Ts>
auto spawn_beside_wires(wires_door& door, Ts&&... xs) {
  caf::actor_config config{&door};
  return door.system().spawn_class<Actor, caf::no_spawn_options>(
      config, std::forward<Ts>(xs)...);
}

} // namespace tributary
