#include "actors/link/listener.hpp"

#include <chrono>

#include <spdlog/spdlog.h>

namespace tributary {

namespace {

constexpr auto second = std::chrono::milliseconds(1000);
constexpr auto tell_again = std::chrono::hours(1);

/// Clones that are remembered as told of.
constexpr size_t told_max = 1000;

} // namespace

listener::listener(caf::actor_config& cfg, actor_identity identity,
                   session_options_ptr options, session_factory start_session,
                   std::shared_ptr<node_figures> figures,
                   std::shared_ptr<spdlog::logger> log)
    : beside_wires(cfg, std::move(identity)),
      options_(std::move(options)),
      start_session_(std::move(start_session)),
      log_(std::move(log)),
      figures_(std::move(figures)) {
  // nop
}

listener::behavior_type listener::make_behavior() {
  set_down_handler([this](caf::down_msg& x) {
    sessions_.erase(x.source.id());
    full_ = false;
    greetings_.erase(x.source.id());
    take(links_.ended(x.source.id()));
  });
  delayed_send(this, second / phases, tick_atom_v);
  return {
      [this](accept_atom, const wire_actor& wire, const std::string& address) {
        on_accept(wire, address);
      },
      [this](offer_atom, const session_actor& who, const link_greeting_ptr& x) {
        return on_greeting(who, *x);
      },
      [this](reload_atom, const session_options_ptr& x) { on_reload(x); },
      [this](tick_atom) { on_tick(); },
  };
}

void listener::on_exit() {
  for (auto& kvp : sessions_)
    send_exit(kvp.second.handle, caf::exit_reason::user_shutdown);
  sessions_.clear();
  greetings_.clear();
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
  sessions_.emplace(session.id(), entry{session, next_phase_++ % phases});
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

// -- one link a node ----------------------------------------------------------

caf::result<bool, std::string>
listener::on_greeting(const session_actor& who, const link_greeting& greeting) {
  auto promise = make_response_promise<bool, std::string>();
  greetings_.emplace(who.id(), promise);
  take(links_.greeted(who.id(), greeting));
  return promise;
}

void listener::take(const node_links::steps& steps) {
  for (auto& x : steps) {
    switch (x.kind) {
    case node_links::step::admit:
      if (auto i = greetings_.find(x.link); i != greetings_.end()) {
        i->second.deliver(true, std::string{});
        greetings_.erase(i);
      }
      break;
    case node_links::step::replace:
      if (auto session = session_of(x.link))
        send(session, stop_atom_v);
      break;
    case node_links::step::ask:
      ask(x.link);
      break;
    case node_links::step::refuse:
      refuse(x.link, x.other);
      break;
    }
  }
}

void listener::ask(node_links::link_id link) {
  auto session = session_of(link);
  if (!session) {
    take(links_.silent(link));
    return;
  }
  // It answers in time or ends.
  request(session, caf::infinite, status_atom_v)
      .then(
          [this, link](bool lives) {
            take(lives ? links_.answered(link) : links_.silent(link));
          },
          [this, link](caf::error&) { take(links_.silent(link)); });
}

void listener::refuse(node_links::link_id link, node_links::link_id other) {
  auto i = greetings_.find(link);
  auto newcomer = links_.find(link);
  auto holder = links_.find(other);
  if (i == greetings_.end() || newcomer == nullptr || holder == nullptr)
    return;
  auto level
      = is_news(newcomer->boot) ? spdlog::level::err : spdlog::level::debug;
  log_->log(level,
            "{} is refused as a clone: {} is live with the same machine GUID "
            "{}; give the copy a GUID of its own (remove its node.guid and "
            "its store)",
            newcomer->text(), holder->text(), to_string(newcomer->node));
  figures_->clones_refused.fetch_add(1, std::memory_order_relaxed);
  i->second.deliver(false, holder->text());
  greetings_.erase(i);
}

bool listener::is_news(const guid& boot) {
  auto now = clock().now();
  auto i = told_.find(boot);
  if (i != told_.end() && now - i->second < tell_again)
    return false;
  if (told_.size() >= told_max)
    told_.clear();
  told_[boot] = now;
  return true;
}

session_actor listener::session_of(node_links::link_id link) const {
  auto i = sessions_.find(link);
  return i == sessions_.end() ? session_actor{} : i->second.handle;
}

} // namespace tributary
