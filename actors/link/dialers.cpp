#include "actors/link/dialers.hpp"

#include <caf/typed_response_promise.hpp>

#include "schema/error.hpp"

namespace tributary {

dialers::dialers(caf::actor_config& cfg, actor_identity identity,
                 std::function<connector_actor()> start_connector)
    : observed(cfg, std::move(identity)),
      start_connector_(std::move(start_connector)) {
  // nop
}

dialers::behavior_type dialers::make_behavior() {
  return {[this](connect_atom, const link_target_ptr& target) {
    return on_connect(target);
  }};
}

void dialers::on_exit() {
  for (auto& x : busy_)
    send_exit(x, caf::exit_reason::user_shutdown);
  busy_.clear();
  start_connector_ = nullptr;
  observed::on_exit();
}

caf::result<wire_actor> dialers::on_connect(const link_target_ptr& target) {
  if (busy_.size() >= attempts_max)
    return make_error(ec::busy, "too many attempts to connect at once");
  auto who = start_connector_();
  busy_.insert(who);
  auto promise = make_response_promise<wire_actor>();
  // It ends by the time-out of the target, and says so itself.
  request(who, caf::infinite, connect_atom_v, target)
      .then(
          [this, who, promise](const wire_actor& wire) mutable {
            end(who);
            promise.deliver(wire);
          },
          [this, who, promise](caf::error& error) mutable {
            end(who);
            promise.deliver(std::move(error));
          });
  return promise;
}

void dialers::end(const connector_actor& who) {
  busy_.erase(who);
  send_exit(who, caf::exit_reason::user_shutdown);
}

} // namespace tributary
