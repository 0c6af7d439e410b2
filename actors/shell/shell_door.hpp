#pragma once

/// The broker of the shell's socket: checks who comes and starts a session for
/// each. Takes the socket's file away when it ends.

#include <map>
#include <string>

#include <caf/io/broker.hpp>
#include <caf/io/doorman.hpp>
#include <caf/io/typed_broker.hpp>

#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/shell/shell_session.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

using shell_door_actor
    = caf::typed_actor<caf::reacts_to<caf::io::new_connection_msg>,
                       caf::reacts_to<caf::io::acceptor_closed_msg>>;

class shell_door final : public observed<shell_door_actor::broker_base> {
public:
  shell_door(caf::actor_config& cfg, actor_identity identity,
             caf::io::doorman_ptr door, std::string path,
             std::shared_ptr<spdlog::logger> log,
             const introspection_actor& introspection);

  behavior_type make_behavior() override;
  void on_exit() override;

  /// Shells at once: people and their scripts. The next one is closed.
  static constexpr size_t sessions_max = 16;

private:
  void on_connection(caf::io::connection_handle handle);

  actor_directory_ptr directory_;
  caf::io::doorman_ptr door_;
  std::string path_;
  std::shared_ptr<spdlog::logger> log_;
  caf::actor_addr introspection_;
  // Ended with the door: an open shell must not keep a node that stops.
  std::map<caf::actor_addr, shell_session_actor> sessions_;
};

/// Opens the socket and starts the door. Yields what `listen_for_shells` does.
caf::expected<shell_door_actor>
open_shell_door(caf::actor_system& system, actor_identity identity,
                const std::string& path, std::shared_ptr<spdlog::logger> log,
                const introspection_actor& introspection);

} // namespace tributary
