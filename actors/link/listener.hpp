#pragma once

/// Gives each accepted connection a session, keeps their number bounded and
/// tells them when a second has passed: one timer, not thousands. A failing
/// session ends its own connection only. Decides which of two links of one node
/// stays, by the rules of node_links.hpp.

#include <functional>
#include <map>

#include <caf/actor_clock.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/collect/self_figures.hpp"
#include "actors/link/beside_wires.hpp"
#include "actors/link/node_links.hpp"
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
           std::shared_ptr<node_figures> figures,
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

  caf::result<bool, std::string> on_greeting(const session_actor& who,
                                             const link_greeting& greeting);
  void take(const node_links::steps& steps);
  void ask(node_links::link_id link);
  void refuse(node_links::link_id link, node_links::link_id other);
  /// Whether a clone is to be told of, now and again.
  bool is_news(const guid& boot);
  /// Null when it has ended.
  session_actor session_of(node_links::link_id link) const;

  session_options_ptr options_;
  session_factory start_session_;
  std::shared_ptr<spdlog::logger> log_;
  // By their id, which numbers the links too.
  std::map<node_links::link_id, entry> sessions_;
  size_t next_phase_ = 0;
  size_t phase_ = 0;
  std::shared_ptr<node_figures> figures_;
  bool full_ = false;
  node_links links_;
  std::map<node_links::link_id, caf::typed_response_promise<bool, std::string>>
      greetings_;
  /// When a clone was told of last, by its boot id: it comes every few seconds.
  std::map<guid, caf::actor_clock::time_point> told_;
};

} // namespace tributary
