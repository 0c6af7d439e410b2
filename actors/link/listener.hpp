#pragma once

/// Gives each accepted connection a session, keeps their number bounded and
/// tells them when a second has passed: one timer, not thousands. A failing
/// session ends its own connection only.

#include <functional>
#include <map>

#include <caf/typed_event_based_actor.hpp>

#include "actors/link/beside_wires.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

/// Starts the session of one wire; the listener monitors it.
using session_factory = std::function<session_actor(
    listener_actor self, wire_actor wire, const std::string& address,
    session_options_ptr options)>;

class listener final : public beside_wires<observed<listener_actor::base>> {
public:
  listener(caf::actor_config& cfg, actor_identity identity,
           session_options_ptr options, session_factory start_session,
           std::shared_ptr<spdlog::logger> log);

  behavior_type make_behavior() override;
  void on_exit() override;

  /// Connections at once: a descriptor and some 100 KiB each; beyond, a
  /// newcomer is closed at once.
  static constexpr size_t sessions_max = 10000;

private:
  void on_accept(const wire_actor& wire, const std::string& address);
  void on_reload(const session_options_ptr& options);
  void on_tick();

  /// Each session is ticked once a second, a part of them at a time, so that
  /// thousands do not hold up what comes meanwhile.
  static constexpr size_t phases = 4;

  struct entry {
    session_actor handle;
    size_t phase;
  };

  session_options_ptr options_;
  session_factory start_session_;
  std::shared_ptr<spdlog::logger> log_;
  std::map<caf::actor_addr, entry> sessions_;
  size_t next_phase_ = 0;
  size_t phase_ = 0;
  bool full_ = false;
};

} // namespace tributary
