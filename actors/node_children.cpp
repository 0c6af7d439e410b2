#include "actors/node_children.hpp"

#include <algorithm>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "actors/collect/collector.hpp"
#include "actors/collect/framer.hpp"
#include "actors/collect/source_table.hpp"
#include "actors/host_info.hpp"
#include "actors/http/http.hpp"
#include "actors/http/live.hpp"
#include "actors/link/acceptor.hpp"
#include "actors/link/connector.hpp"
#include "actors/link/listener.hpp"
#include "actors/link/session.hpp"
#include "actors/link/socket.hpp"
#include "actors/link/uplink.hpp"
#include "actors/shell/introspection.hpp"
#include "actors/shell/shell_door.hpp"
#include "actors/shell/shell_socket.hpp"
#include "actors/storage/reader.hpp"
#include "actors/storage/writer.hpp"

namespace tributary {

namespace {

block_retention retention_of(const db_options& db, unsigned tier) {
  auto& x = tier == 0 ? db.tier0 : tier == 1 ? db.tier1 : db.tier2;
  return {static_cast<int64_t>(x.time_s), tier_size_mib(db, tier) << 20};
}

further_retention further_retention_of(const node_options& options) {
  further_retention result;
  result.tiers = {{retention_of(options.db, 1), retention_of(options.db, 2)}};
  for (auto& x : options.receiver.machines) {
    auto is_host = [id = x.machine](auto& host) {
      return host.id == id;
    };
    result.hosts.push_back({is_host, x.retention_s});
  }
  return result;
}

store_options store_options_of(const node_setup& setup,
                               const node_options& options) {
  auto& db = options.db;
  store_options result;
  result.environment.map_bytes = db.map_size_mib << 20;
  result.environment.sync = !setup.sync ? lmdb::sync_mode::none
                            : db.durability == durability::relaxed
                                ? lmdb::sync_mode::relaxed
                                : lmdb::sync_mode::full;
  result.retention = retention_of(db, 0);
  result.further = further_retention_of(options);
  result.steps = {db.tier1_iterations, db.tier2_iterations};
  return result;
}

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

std::string program_of(const node_setup& setup) {
  return "tributary/" + setup.version;
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
  return {setup_->own, setup_->hostname, setup_->version,
          options_.sender.enabled, !collector_names().empty()};
}

template <class Handle>
void node::adopt(size_t line, const Handle& handle) {
  auto& to = children_[line].handle;
  to = caf::actor_cast<caf::strong_actor_ptr>(handle);
  monitor(handle);
  if (setup_->offer_child)
    setup_->offer_child(table_.rule(line).name, to);
}

template <class Actor, class... Ts>
auto node::spawn_child(bool blocks, size_t line, Ts&&... xs) {
  auto who = identity(table_.rule(line).name);
  auto handle
      = blocks && setup_->threads
            ? system().spawn<Actor, caf::detached>(std::move(who),
                                                   std::forward<Ts>(xs)...)
            : system().spawn<Actor>(std::move(who), std::forward<Ts>(xs)...);
  adopt(line, handle);
  return handle;
}

writer_options node::options_of_writer() const {
  writer_options result;
  result.commit_every_ms = commit_every_ms(options_);
  result.retention = retention_of(options_.db, 0);
  result.further = further_retention_of(options_);
  return result;
}

caf::expected<bool> node::start_storage() {
  backups_->close();
  environment_.reset();
  host_definition own;
  own.id = setup_->own;
  own.hostname = setup_->hostname;
  own.window_seconds = options_.db.window_s;
  own.group_columns = static_cast<uint16_t>(options_.db.group_columns);
  own.info = read_host_info();
  auto now = setup_->clock->now_ms() / 1000;
  auto opened
      = open_storage(setup_->store_path, store_options_of(*setup_, options_),
                     std::move(own), now);
  if (!opened)
    return std::move(opened.error());
  setup_->log->info("store {}: {} hosts, {} frames replayed, epoch {}",
                    setup_->store_path, opened->hosts.size(), opened->frames,
                    opened->own.epoch);
  own_host_ = opened->own;
  framer_started_ = false;
  newest_ = opened->newest;
  environment_ = opened->store->environment();
  backups_->open(environment_, setup_->own);
  setup_->figures->hosts.store(static_cast<int64_t>(opened->hosts.size()),
                               std::memory_order_relaxed);
  writer_ = spawn_child<writer>(true, line_writer, options_of_writer(),
                                std::move(opened->store), setup_->clock,
                                setup_->figures, setup_->log);
  ingest_options limits;
  limits.own = setup_->own;
  ingest_ = spawn_child<ingest>(
      false, line_ingest, limits, std::move(opened->hosts), opened->journal_end,
      setup_->clock, setup_->figures, setup_->log, writer_);
  return true;
}

caf::expected<bool> node::start_reader() {
  reader_ = spawn_child<reader>(true, line_reader, environment_, setup_->clock,
                                setup_->own, ingest_);
  if (setup_->offer_storage)
    setup_->offer_storage(ingest_, reader_);
  offer_storage();
  return true;
}

void node::offer_storage() {
  if (introspection_ && ingest_ && reader_)
    send(introspection_, offer_atom_v, ingest_, reader_, writer_);
}

caf::expected<bool> node::start_connector() {
  if (!options_.sender.enabled)
    return false;
  if (setup_->start_connector) {
    connector_ = setup_->start_connector(system());
    adopt(line_connector, connector_);
    return true;
  }
  connector_ = spawn_child<connector>(true, line_connector, setup_->figures);
  return true;
}

caf::expected<bool> node::start_framer() {
  // A framer that was started again knows nothing of the columns of the one
  // before it: its frames are a life of their own.
  if (framer_started_) {
    ++own_host_.epoch;
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
  framer_ = spawn_child<framer>(false, line_framer, std::move(options),
                                setup_->clock, setup_->figures, setup_->log,
                                ingest_);
  return true;
}

caf::expected<bool> node::start_live() {
  live_ = spawn_child<live>(false, line_live, facts(), setup_->clock, ingest_);
  return true;
}

caf::expected<bool> node::start_http() {
  if (options_.web.mode == web_mode::none)
    return false;
  auto handle = spawn_child<http>(
      false, line_http, facts(), options_.directories.web, setup_->clock,
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
  result->rules = std::make_shared<const admission>(
      options_.receiver, options_.db.mode, setup_->own);
  result->durability = options_.db.mode == db_mode::ram ? ack_durability::ram
                                                        : ack_durability::disk;
  return result;
}

caf::expected<bool> node::start_listener() {
  if (!listens(options_.receiver))
    return false;
  session_factory start
      = [setup = setup_, ingest = ingest_](listener_actor self, wire_actor wire,
                                           const std::string& address,
                                           session_options_ptr options) {
          actor_identity who{setup->directory, "session " + address, "listener",
                             actor_tenure::connection};
          auto handle = self.home_system().spawn<session>(
              std::move(who), std::move(options), std::move(wire), address,
              setup->figures, setup->log, ingest);
          if (setup->offer_child)
            setup->offer_child("session",
                               caf::actor_cast<caf::strong_actor_ptr>(handle));
          return handle;
        };
  listener_ = spawn_child<listener>(false, line_listener, options_of_sessions(),
                                    std::move(start), setup_->log);
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
  setup_->log->info("links on {}:{}", receiver.bind_to, port_of(*socket));
  adopt(line_acceptor, spawn_acceptor(system(), identity("acceptor"), *socket,
                                      setup_->figures, listener_));
  return true;
}

uplink_options node::options_of_uplink() const {
  auto& sender = options_.sender;
  uplink_options result;
  result.own = setup_->own;
  result.boot = own_host_.boot;
  result.hostname = setup_->hostname;
  result.program = program_of(*setup_);
  result.api_key = to_string(sender.api_key);
  result.destinations = sender.destinations;
  result.default_port = sender.default_port;
  result.timeout_ms = sender.timeout_ms;
  result.reconnect_min_ms = reconnect_delay_min_ms;
  result.reconnect_max_ms = sender.reconnect_delay_ms;
  result.seed = setup_->seed;
  result.clock = setup_->clock;
  return result;
}

caf::expected<bool> node::start_uplink() {
  if (!options_.sender.enabled)
    return false;
  uplink_
      = spawn_child<uplink>(false, line_uplink, options_of_uplink(),
                            uplink_peers{ingest_, writer_, reader_, connector_},
                            setup_->figures, setup_->log);
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
  introspection_ = spawn_child<introspection>(
      false, line_introspection, std::move(options), node_actor{this});
  offer_storage();
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
