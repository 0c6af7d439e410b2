#include "actors/node.hpp"

#include <algorithm>
#include <chrono>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <spdlog/spdlog.h>

#include "actors/node_children.hpp"

namespace tributary {

namespace {

/// The last commit of a slow disk.
constexpr auto stop_timeout = std::chrono::seconds(8);

/// Start order; each needs what it holds handles of, and goes down with it.
std::vector<child_rule> rules() {
  std::vector<child_rule> result{
      {"writer", {}, line_writer, true},
      // Opened together with the store.
      {"ingest", {line_writer}, line_writer, true},
      {"reader", {line_writer, line_ingest}, line_reader},
      {"connector", {}, line_connector},
      {"framer", {line_ingest}, line_framer},
      {"live", {line_ingest}, line_live},
      {"http", {line_ingest, line_reader, line_live}, line_http},
      {"listener", {line_ingest}, line_listener},
      {"acceptor", {line_listener}, line_acceptor},
      {"uplink",
       {line_writer, line_ingest, line_reader, line_connector},
       line_uplink},
      // Speaks while others are down: told of storage, never ended with it.
      {"introspection", {}, line_introspection},
      {"shell-door", {line_introspection}, line_shell},
  };
  // `uplink 2` to the last that a list can have.
  static const auto names = [] {
    std::vector<std::string> all;
    for (size_t slot = 1; slot < destinations_max; ++slot)
      all.push_back("uplink " + std::to_string(slot + 1));
    return all;
  }();
  for (auto& name : names)
    result.push_back({name.c_str(), result[line_uplink].needs, result.size()});
  return result;
}

} // namespace

node::node(caf::actor_config& cfg, std::shared_ptr<const node_setup> setup)
    : observed(cfg, {setup->directory, "node", {}}),
      setup_(std::move(setup)),
      options_(setup_->options),
      table_(rules()),
      http_door_(std::make_shared<http_door>()) {
  children_ = {
      {&node::start_storage, {}},       {nullptr, {}},
      {&node::start_reader, {}},        {&node::start_connector, {}},
      {&node::start_framer, {}},        {&node::start_live, {}},
      {&node::start_http, {}},          {&node::start_listener, {}},
      {&node::start_acceptor, {}},      {&node::start_uplink, {}},
      {&node::start_introspection, {}}, {&node::start_shell, {}},
  };
  children_.resize(table_.size());
  uplinks_.resize(destinations_max);
  assign_destinations();
}

node::behavior_type node::make_behavior() {
  set_down_handler([this](caf::down_msg& x) { on_down(x); });
  return {
      [this](start_atom) { return on_start(); },
      [this](tick_atom) { on_timer(); },
      [this](reload_atom, const node_options_ptr& x) { return on_reload(*x); },
      [this](status_atom) { return on_status(); },
      [this](stop_atom) { return on_stop(); },
  };
}

void node::on_exit() {
  web_.stop();
  stop_children(0);
  // Else a node that somebody still knows keeps those alive whose end it has
  // not heard of, and with them their threads, which the process waits for.
  for (auto& x : children_)
    x.handle = nullptr;
  writer_ = nullptr;
  ingest_ = nullptr;
  reader_ = nullptr;
  connector_ = nullptr;
  framer_ = nullptr;
  live_ = nullptr;
  listener_ = nullptr;
  introspection_ = nullptr;
  uplinks_.clear();
  backups_->close();
  environment_.reset();
  observed::on_exit();
}

// -- starting -----------------------------------------------------------------

caf::result<bool> node::on_start() {
  if (auto error = load_security())
    return error;
  auto now = steady_ms();
  table_.begin(now);
  // Whoever starts a node wants to hear at once what can't start; a port that
  // is taken later is waited for.
  while (auto line = table_.startable(now))
    if (auto error = start_line(*line))
      return error;
  return true;
}

caf::error node::start_line(size_t line) {
  auto started = line >= line_uplink_2
                     ? start_uplink_at(line - line_uplink_2 + 1)
                     : (this->*children_[line].start)();
  auto now = steady_ms();
  if (!started) {
    table_.failed(line, to_text(started.error()), now);
    return std::move(started.error());
  }
  if (*started)
    table_.started(line, now);
  else
    table_.switched_off(line);
  return {};
}

void node::start_due() {
  while (auto line = table_.startable(steady_ms())) {
    auto& name = table_.rule(*line).name;
    if (auto error = start_line(*line)) {
      auto status = table_.status(steady_ms())[*line];
      setup_->log->error("{} can't be started: {}; tried again in {} ms", name,
                         to_text(error), status.next_start_ms);
      // What it made before it failed has no place in the table.
      stop_lines({*line});
    } else if (table_.state(*line) == child_state::running) {
      setup_->log->info("{} runs", name);
    }
  }
  if (auto line = table_.exhausted()) {
    setup_->log->critical("{} failed {} times in a row: the node gives up",
                          table_.rule(*line).name,
                          restart_table::vital_failures_max);
    quit(make_error(ec::busy, "restart budget used up"));
    return;
  }
  auto now = steady_ms();
  auto wait = table_.next_start_ms(now);
  if (!wait || (timer_due_ms_ > now && timer_due_ms_ <= now + *wait))
    return;
  timer_due_ms_ = now + *wait;
  delayed_send(this, std::chrono::milliseconds(*wait), tick_atom_v);
}

void node::on_timer() {
  timer_due_ms_ = 0;
  if (!stopping_)
    start_due();
}

// -- ending -------------------------------------------------------------------

void node::on_down(const caf::down_msg& what) {
  auto i = std::find_if(children_.begin(), children_.end(), [&](auto& x) {
    return x.handle && x.handle == what.source;
  });
  if (i == children_.end())
    return;
  i->handle = nullptr;
  if (stopping_)
    return;
  auto line = static_cast<size_t>(i - children_.begin());
  auto reason = to_text(what.reason);
  if (table_.state(line) == child_state::running)
    setup_->log->error("{} ended: {}; it is started again",
                       table_.rule(line).name, reason);
  stop_lines(table_.ended(line, std::move(reason), steady_ms()));
  start_due();
}

void node::stop_lines(const std::vector<size_t>& lines) {
  for (auto line : lines)
    if (children_[line].handle)
      send_exit(caf::actor_cast<caf::actor>(children_[line].handle),
                caf::exit_reason::user_shutdown);
    else
      table_.ended(line, {}, steady_ms());
}

void node::stop_children(size_t first) {
  // Last started, first stopped.
  for (auto i = children_.size(); i-- > first;)
    if (children_[i].handle)
      send_exit(caf::actor_cast<caf::actor>(children_[i].handle),
                caf::exit_reason::user_shutdown);
}

child_list_ptr node::on_status() const {
  return std::make_shared<const std::vector<child_status>>(
      table_.status(steady_ms()));
}

caf::result<bool> node::on_stop() {
  stopping_ = true;
  web_.stop();
  backups_->close();
  // Everything that makes or takes frames; storage is still there.
  stop_children(line_reader);
  auto promise = make_response_promise<bool>();
  auto finish = [this, promise](bool committed) mutable {
    stop_children(0);
    promise.deliver(committed);
    quit();
  };
  if (!children_[line_writer].handle) {
    finish(true);
    return promise;
  }
  request(writer_, stop_timeout, flush_atom_v)
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
