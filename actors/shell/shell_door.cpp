#include "actors/shell/shell_door.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "actors/shell/shell_socket.hpp"

namespace tributary {

shell_door::shell_door(caf::actor_config& cfg, actor_identity identity,
                       caf::io::doorman_ptr door, std::string path,
                       std::shared_ptr<spdlog::logger> log,
                       const introspection_actor& introspection)
    : observed(cfg, identity),
      directory_(identity.directory),
      door_(std::move(door)),
      path_(std::move(path)),
      log_(std::move(log)),
      introspection_(introspection.address()) {
  // nop
}

shell_door::behavior_type shell_door::make_behavior() {
  set_down_handler([this](caf::down_msg& x) { sessions_.erase(x.source); });
  add_doorman(std::move(door_));
  return {
      [this](const caf::io::new_connection_msg& x) { on_connection(x.handle); },
      [this](const caf::io::acceptor_closed_msg&) { quit(); },
  };
}

void shell_door::on_exit() {
  unlink(path_.c_str());
  for (auto& kvp : sessions_)
    send_exit(kvp.second, caf::exit_reason::user_shutdown);
  sessions_.clear();
  observed::on_exit();
}

void shell_door::on_connection(caf::io::connection_handle handle) {
  auto introspection = caf::actor_cast<introspection_actor>(introspection_);
  // CAF's handle of a connection is its descriptor.
  auto own = is_own_peer(static_cast<int>(handle.id()));
  if (!own)
    log_->warn("a shell of another user is turned away");
  if (!own || !introspection || sessions_.size() >= sessions_max) {
    close(handle);
    return;
  }
  auto scribe = take(handle);
  if (!scribe)
    return;
  auto session = spawn_shell_session(
      system(), {directory_, "shell", name(), actor_tenure::connection},
      std::move(scribe), introspection);
  monitor(session);
  sessions_.emplace(session.address(), std::move(session));
}

caf::expected<shell_door_actor>
open_shell_door(caf::actor_system& system, actor_identity identity,
                const std::string& path, std::shared_ptr<spdlog::logger> log,
                const introspection_actor& introspection) {
  auto socket = listen_for_shells(path);
  if (!socket)
    return std::move(socket.error());
  auto& backend = system.middleman().backend();
  caf::actor_config config{&backend};
  return caf::actor_cast<shell_door_actor>(
      system.spawn_class<shell_door, caf::no_spawn_options>(
          config, std::move(identity), backend.new_doorman(*socket), path,
          std::move(log), introspection));
}

} // namespace tributary
