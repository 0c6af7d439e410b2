#include "actors/node_children.hpp"

#include <algorithm>

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "actors/collect/collector.hpp"
#include "actors/collect/framer.hpp"
#include "actors/collect/source_table.hpp"
#include "actors/http/http.hpp"
#include "actors/http/live.hpp"
#include "actors/link/acceptor.hpp"
#include "actors/link/connector.hpp"
#include "actors/link/dialers.hpp"
#include "actors/link/listener.hpp"
#include "actors/link/session.hpp"
#include "actors/link/socket.hpp"
#include "actors/shell/introspection.hpp"
#include "actors/shell/shell_door.hpp"
#include "actors/shell/shell_socket.hpp"

namespace tributary {

namespace {

/// A source for one collector, as `collector_names` names it: a source is used
/// by one collector at a time, so each gets one of its own.
source_ptr fresh_source(const node_setup& setup, const std::string& name) {
  if (setup.make_sources) {
    for (auto& x : setup.make_sources())
      if (x->name() == name)
        return std::move(x);
    return nullptr;
  }
  auto members = name.substr(name.find(':') + 1) + ",";
  auto made = make_sources(setup.figures, [&](std::string_view x) {
    return ("," + members).find("," + std::string{x} + ",")
           != std::string::npos;
  });
  return made.empty() ? nullptr : std::move(made.front());
}

ack_durability durability_of(db_mode mode) {
  switch (mode) {
  case db_mode::dbengine:
    return ack_durability::disk;
  case db_mode::ram:
    return ack_durability::ram;
  case db_mode::none:
    return ack_durability::upstream;
  }
  return ack_durability::disk;
}

} // namespace

actor_identity node::identity(const char* name) const {
  return {setup_->directory, name, "node"};
}

std::vector<std::string> node::collector_names() const {
  std::vector<std::string> result;
  if (setup_->make_sources) {
    for (auto& x : setup_->make_sources())
      result.emplace_back(x->name());
    return result;
  }
  std::vector<std::string_view> groups;
  for (auto& entry : source_table()) {
    if (!is_enabled(options_.collectors, entry.name))
      continue;
    auto at = std::find(groups.begin(), groups.end(), entry.group);
    if (at == groups.end()) {
      groups.push_back(entry.group);
      result.push_back(std::string{entry.group} + ":");
      at = groups.end() - 1;
    } else {
      result[static_cast<size_t>(at - groups.begin())] += ",";
    }
    result[static_cast<size_t>(at - groups.begin())] += entry.name;
  }
  return result;
}

node_facts node::facts() const {
  return {setup_->own,
          setup_->hostname,
          setup_->version,
          streams(),
          !collector_names().empty(),
          durability_of(options_.db.mode),
          static_cast<int64_t>(options_.db.cleanup_orphan_s) * 1000};
}

caf::expected<bool> node::start_connector() {
  if (!streams())
    return false;
  if (setup_->start_connector) {
    connector_ = setup_->start_connector(system());
    adopt(line_connector, connector_);
    return true;
  }
  // Called like the one that starts it, so that wires are below that one.
  auto start = [setup = setup_, &system = system()]() -> connector_actor {
    return system.spawn<connector, caf::detached>(
        actor_identity{setup->directory, "connector", "node",
                       actor_tenure::connection},
        setup->figures);
  };
  connector_
      = spawn_child<dialers, thread::pool>(line_connector, std::move(start));
  return true;
}

caf::expected<bool> node::start_framer() {
  // A framer that was started again knows nothing of the columns of the one
  // before it: its frames are a life of their own.
  if (framer_started_) {
    own_host_.epoch
        = next_epoch(own_host_.epoch, setup_->clock->now_ms() / 1000);
    own_host_.boot = random_guid();
  }
  framer_started_ = true;
  framer_options options;
  options.host = own_host_;
  options.newest = newest_;
  options.collectors = collector_names();
  options.start_collector = [setup = setup_](framer_actor self, size_t index,
                                             const std::string& name) {
    auto what = fresh_source(*setup, name);
    auto called = "collector " + std::string{what->name()};
    actor_identity who{setup->directory, called, "framer"};
    auto& system = self.home_system();
    auto handle = setup->threads
                      ? system.spawn<collector, caf::detached>(
                          std::move(who), std::move(what), kernel_files{},
                          index, setup->log, self)
                      : system.spawn<collector>(std::move(who), std::move(what),
                                                kernel_files{}, index,
                                                setup->log, self);
    if (setup->offer_child)
      setup->offer_child(called,
                         caf::actor_cast<caf::strong_actor_ptr>(handle));
    return handle;
  };
  framer_ = spawn_child<framer, thread::pool>(line_framer, std::move(options),
                                              setup_->clock, setup_->figures,
                                              setup_->log, ingest_);
  return true;
}

caf::expected<bool> node::start_live() {
  live_ = spawn_child<live, thread::pool>(line_live, facts(), setup_->clock,
                                          ingest_);
  return true;
}

caf::expected<bool> node::start_http() {
  if (options_.web.mode == web_mode::none)
    return false;
  auto handle = spawn_child<http, thread::pool>(
      line_http, facts(), options_.directories.web, setup_->clock,
      node_counters{setup_->figures, setup_->directory},
      http_peers{ingest_, reader_, live_});
  {
    std::lock_guard<std::mutex> guard{http_door_->mutex};
    http_door_->current = handle;
  }
  if (auto error = open_web_port())
    return error;
  return true;
}

caf::error node::open_web_port() {
  if (web_open_)
    return {};
  auto& web = options_.web;
  http_options options;
  options.addresses = {web.bind_to};
  options.port = web.port;
  options.link_port = options_.receiver.port;
  auto port = web_.start(options, [door = http_door_](exchange_ptr x) {
    http_actor to;
    {
      std::lock_guard<std::mutex> guard{door->mutex};
      to = door->current;
    }
    if (to)
      caf::anon_send(to, accept_atom_v, std::move(x));
  });
  if (!port)
    return std::move(port.error());
  web_open_ = true;
  setup_->log->info("web on http://{}:{}/", web.bind_to, *port);
  return {};
}

session_options_ptr node::options_of_sessions() const {
  auto result = std::make_shared<session_options>();
  result->own = setup_->own;
  result->clock = setup_->clock;
  result->hostname = setup_->hostname;
  result->program = program_of(*setup_);
  result->rules
      = std::make_shared<const admission>(options_.receiver, setup_->own);
  result->durability = durability_of(options_.db.mode);
  result->above = writer_;
  result->drains = setup_->drains;
  return result;
}

caf::expected<bool> node::start_listener() {
  if (!listens(options_.receiver))
    return false;
  if (setup_->threads && !wires_)
    wires_ = std::make_shared<wires_door>(system().middleman().backend());
  session_factory start = [setup = setup_, ingest = ingest_,
                           wires = wires_](listener_actor self, wire_actor wire,
                                           const std::string& address,
                                           session_options_ptr options) {
    actor_identity who{setup->directory, "session " + address, "listener",
                       actor_tenure::connection};
    auto handle = spawn_in<session, thread::sockets>(
        self.home_system(), setup->threads, wires, std::move(who),
        std::move(options), std::move(wire), address, setup->figures,
        setup->log, ingest, self);
    if (setup->offer_child)
      setup->offer_child("session",
                         caf::actor_cast<caf::strong_actor_ptr>(handle));
    return handle;
  };
  listener_ = spawn_child<listener, thread::sockets>(
      line_listener, options_of_sessions(), std::move(start), setup_->figures,
      setup_->log);
  if (setup_->offer_listener)
    setup_->offer_listener(listener_);
  return true;
}

caf::expected<bool> node::start_acceptor() {
  if (setup_->offer_listener || !listens(options_.receiver))
    return false;
  auto& receiver = options_.receiver;
  auto socket = listen_on(receiver.bind_to, receiver.port);
  if (!socket)
    return std::move(socket.error());
  setup_->log->info("links on {}:{}{}", receiver.bind_to, port_of(*socket),
                    port_security_->policy == tls_policy::no ? ""
                    : port_security_->policy == tls_policy::force
                        ? ", TLS only"
                        : ", plain and TLS");
  adopt(line_acceptor,
        spawn_acceptor(system(), identity("acceptor"), *socket, port_security_,
                       setup_->figures, listener_));
  return true;
}

caf::expected<bool> node::start_introspection() {
  introspection_options options;
  options.node.facts = facts();
  options.node.started_ms = setup_->started_ms;
  options.node.pid = getpid();
  options.node.store_path = setup_->store_path;
  options.clock = setup_->clock;
  options.directory = setup_->directory;
  options.figures = setup_->figures;
  options.backups = backups_;
  options.drains = setup_->drains;
  introspection_ = spawn_child<introspection, thread::pool>(
      line_introspection, std::move(options), node_actor{this});
  offer_storage();
  for (size_t slot = 0; slot < uplinks_.size(); ++slot)
    offer_responder(slot);
  return true;
}

caf::expected<bool> node::start_shell() {
  if (setup_->offer_listener) // a simulation has no sockets
    return false;
  auto path = shell_socket_path(options_.directories.run);
  auto door = open_shell_door(system(), identity(table_.rule(line_shell).name),
                              path, setup_->log, introspection_);
  if (!door)
    return std::move(door.error());
  adopt(line_shell, *door);
  return true;
}

} // namespace tributary
