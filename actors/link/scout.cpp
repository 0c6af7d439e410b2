#include "actors/link/scout.hpp"

#include <algorithm>
#include <chrono>

namespace tributary {

scout::scout(caf::actor_config& cfg, actor_identity identity, scout_task task,
             const connector_actor& connector, const uplink_actor& asks)
    : observed(cfg, std::move(identity)),
      task_(std::move(task)),
      connector_(connector),
      asks_(asks) {
  // nop
}

scout::behavior_type scout::make_behavior() {
  // Nobody is told any more.
  set_down_handler([this](caf::down_msg&) { quit(); });
  monitor(asks_);
  auto& timeout_ms = task_.target.timeout_ms;
  timeout_ms = std::min(timeout_ms, patience_ms);
  request(connector_, std::chrono::milliseconds(timeout_ms + 1000),
          connect_atom_v,
          link_target_ptr{std::make_shared<const link_target>(task_.target)})
      .then([this](const wire_actor& wire) { on_connected(wire); },
            [this](caf::error& error) { fail(std::move(error)); });
  return {
      [this](bytes_atom, const wire_batch_ptr& x) { on_batch(*x); },
      [this](tick_atom) {
        fail(make_error(ec::timed_out, "no answer to the hello"));
      },
  };
}

void scout::on_exit() {
  if (wire_)
    send(wire_, close_atom_v);
  wire_ = nullptr;
  connector_ = nullptr;
  asks_ = nullptr;
  observed::on_exit();
}

void scout::on_connected(const wire_actor& wire) {
  if (done_) {
    send(wire, close_atom_v);
    return;
  }
  wire_ = wire;
  send(wire_, start_atom_v, wire_user{this});
  auto bytes = std::make_shared<std::string>(link_preface);
  put_message(*bytes, task_.hello);
  send(wire_, bytes_atom_v, wire_bytes_ptr{std::move(bytes)});
  delayed_send(this, std::chrono::milliseconds(patience_ms), tick_atom_v);
}

void scout::on_batch(const wire_batch& batch) {
  if (done_)
    return;
  if (batch.closed) {
    fail(make_error(ec::disconnected, batch.reason.empty()
                                          ? "closed without an answer"
                                          : batch.reason));
    return;
  }
  for (auto& body : batch.bodies) {
    auto message = open_message(body);
    if (!message)
      return fail(std::move(message.error()));
    if (auto x = std::get_if<link_refuse>(&*message))
      return fail(make_error(ec::denied, std::string{"the parent refuses this "
                                                     "node: "}
                                             + to_string(x->reason)),
                  x->reason);
    if (auto x = std::get_if<link_welcome>(&*message)) {
      scout_report report;
      report.node = x->node;
      report.newest = x->newest;
      // An older parent takes it for a link like any other.
      auto bytes = std::make_shared<std::string>();
      put_message(*bytes, link_bye{link_reason::none});
      send(wire_, bytes_atom_v, wire_bytes_ptr{std::move(bytes)});
      return tell(std::move(report));
    }
    return fail(make_error(ec::corrupt, "no welcome came after the hello"));
  }
}

void scout::fail(caf::error error, link_reason refusal) {
  scout_report report;
  report.error = std::move(error);
  report.refusal = refusal;
  tell(std::move(report));
}

void scout::tell(scout_report report) {
  if (done_)
    return;
  done_ = true;
  report.index = task_.index;
  report.round = task_.round;
  send(asks_, found_atom_v,
       scout_report_ptr{
           std::make_shared<const scout_report>(std::move(report))});
  quit();
}

} // namespace tributary
