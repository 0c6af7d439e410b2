#include "actors/link/listener.hpp"

#include <chrono>

#include <spdlog/spdlog.h>

namespace tributary {

namespace {

constexpr auto second = std::chrono::milliseconds(1000);

} // namespace

listener::listener(caf::actor_config& cfg, actor_identity identity,
                   session_options_ptr options, session_factory start_session,
                   std::shared_ptr<spdlog::logger> log)
    : beside_wires(cfg, std::move(identity)),
      options_(std::move(options)),
      start_session_(std::move(start_session)),
      log_(std::move(log)) {
  // nop
}

listener::behavior_type listener::make_behavior() {
  set_down_handler([this](caf::down_msg& x) {
    sessions_.erase(x.source);
    full_ = false;
  });
  delayed_send(this, second / phases, tick_atom_v);
  return {
      [this](accept_atom, const wire_actor& wire, const std::string& address) {
        on_accept(wire, address);
      },
      [this](reload_atom, const session_options_ptr& x) { on_reload(x); },
      [this](tick_atom) { on_tick(); },
  };
}

void listener::on_exit() {
  for (auto& kvp : sessions_)
    send_exit(kvp.second.handle, caf::exit_reason::user_shutdown);
  sessions_.clear();
  start_session_ = nullptr;
  options_.reset();
  observed::on_exit();
}

void listener::on_accept(const wire_actor& wire, const std::string& address) {
  if (sessions_.size() >= sessions_max) {
    if (!full_)
      log_->warn("{} connections: newcomers are closed, first {}",
                 sessions_.size(), address);
    full_ = true;
    send(wire, close_atom_v);
    return;
  }
  auto session = start_session_(this, wire, address, options_);
  monitor(session);
  sessions_.emplace(session.address(), entry{session, next_phase_++ % phases});
}

void listener::on_reload(const session_options_ptr& options) {
  options_ = options;
  for (auto& kvp : sessions_)
    send(kvp.second.handle, reload_atom_v, options);
}

void listener::on_tick() {
  for (auto& kvp : sessions_)
    if (kvp.second.phase == phase_)
      send(kvp.second.handle, tick_atom_v);
  phase_ = (phase_ + 1) % phases;
  delayed_send(this, second / phases, tick_atom_v);
}

} // namespace tributary
