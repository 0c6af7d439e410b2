#include "actors/node.hpp"

#include <algorithm>
#include <chrono>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <spdlog/spdlog.h>

#include "actors/node_children.hpp"

namespace tributary {

namespace {

/// Restarts within `budget_ms` before the node gives up: a fault that comes
/// back so often is not cured by another start, and whoever supervises the
/// process (systemd) should see it.
constexpr size_t restarts_max = 20;
constexpr unix_ms budget_ms = 60000;

/// First delay before a restart; doubles with each within the budget.
constexpr int64_t restart_delay_ms = 100;
constexpr int64_t restart_delay_ms_max = 5000;

/// The last commit of a slow disk.
constexpr auto stop_timeout = std::chrono::seconds(8);

} // namespace

node::node(caf::actor_config& cfg, std::shared_ptr<const node_setup> setup)
    : observed(cfg, {setup->directory, "node", {}}),
      setup_(std::move(setup)),
      http_door_(std::make_shared<http_door>()) {
  // Start order; each may use what stands above it, and goes down with it.
  children_ = {
      {"writer", 0, &node::start_storage, {}},
      {"ingest", 0, nullptr, {}}, // opened together with the store
      {"reader", 2, &node::start_reader, {}},
      {"connector", 3, &node::start_connector, {}},
      {"framer", 4, &node::start_framer, {}},
      {"live", 5, &node::start_live, {}},
      {"http", 6, &node::start_http, {}},
      {"listener", 7, &node::start_listener, {}},
      {"uplink", 8, &node::start_uplink, {}},
  };
}

node::behavior_type node::make_behavior() {
  set_down_handler([this](caf::down_msg& x) { on_down(x); });
  return {
      [this](start_atom) -> caf::result<bool> {
        if (auto error = start_from(0))
          return error;
        return true;
      },
      [this](tick_atom) { on_restart(); },
      [this](stop_atom) { return on_stop(); },
  };
}

void node::on_exit() {
  web_.stop();
  stop_children(0);
  writer_ = nullptr;
  ingest_ = nullptr;
  reader_ = nullptr;
  connector_ = nullptr;
  live_ = nullptr;
  environment_.reset();
  observed::on_exit();
}

actor_identity node::identity(const char* name) const {
  return {setup_->directory, name, "node"};
}

caf::error node::start_from(size_t first) {
  for (auto i = first; i < children_.size(); ++i)
    if (children_[i].start != nullptr)
      if (auto error = (this->*children_[i].start)())
        return error;
  return {};
}

void node::on_down(const caf::down_msg& what) {
  auto i = std::find_if(children_.begin(), children_.end(), [&](auto& x) {
    return x.handle && x.handle == what.source;
  });
  if (i == children_.end())
    return;
  i->handle = nullptr;
  if (stopping_)
    return;
  if (!restarting_) {
    setup_->log->error("{} ended: {}; it is started again", i->name,
                       to_text(what.reason));
    restarting_ = true;
    restart_from_ = i->restart_from;
    stop_children(restart_from_);
  } else if (i->restart_from < restart_from_) {
    restart_from_ = i->restart_from;
    stop_children(restart_from_);
  }
  plan_restart();
}

void node::plan_restart() {
  for (auto i = restart_from_; i < children_.size(); ++i)
    if (children_[i].handle)
      return; // not all are down yet
  auto now = setup_->clock->now_ms();
  if (now - first_restart_ms_ > budget_ms || now < first_restart_ms_) {
    first_restart_ms_ = now;
    restarts_ = 0;
  }
  if (++restarts_ > restarts_max) {
    setup_->log->critical("{} restarts within a minute: the node gives up",
                          restarts_);
    quit(make_error(ec::busy, "restart budget used up"));
    return;
  }
  auto shift = std::min<size_t>(restarts_ - 1, 10);
  auto delay = std::min(restart_delay_ms << shift, restart_delay_ms_max);
  delayed_send(this, std::chrono::milliseconds(delay), tick_atom_v);
}

void node::on_restart() {
  if (!restarting_ || stopping_)
    return;
  auto error = start_from(restart_from_);
  if (!error) {
    restarting_ = false;
    setup_->log->info("{} and what depends on it run again",
                      children_[restart_from_].name);
    return;
  }
  setup_->log->error("restart of {} failed: {}", children_[restart_from_].name,
                     to_text(error));
  stop_children(restart_from_);
  plan_restart();
}

void node::stop_children(size_t first) {
  // Last started, first stopped.
  for (auto i = children_.size(); i-- > first;)
    if (children_[i].handle)
      send_exit(caf::actor_cast<caf::actor>(children_[i].handle),
                caf::exit_reason::user_shutdown);
}

caf::result<bool> node::on_stop() {
  stopping_ = true;
  web_.stop();
  // Everything that makes or takes frames; storage is still there.
  constexpr size_t first_user_of_storage = 2;
  stop_children(first_user_of_storage);
  auto promise = make_response_promise<bool>();
  auto finish = [this, promise](bool committed) mutable {
    stop_children(0);
    promise.deliver(committed);
    quit();
  };
  if (!writer_) {
    finish(true);
    return promise;
  }
  request(writer_, stop_timeout, stop_atom_v)
      .then(
          [this, finish](bool committed) mutable {
            if (!committed)
              setup_->log->error("the last commit failed: what was collected "
                                 "since the one before it is lost");
            finish(committed);
          },
          [this, finish](caf::error& error) mutable {
            setup_->log->error("the last commit failed: {}", to_text(error));
            finish(false);
          });
  return promise;
}

} // namespace tributary
