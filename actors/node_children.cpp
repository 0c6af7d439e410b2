#include "actors/node_children.hpp"

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

store_options store_options_of(const node_setup& setup) {
  auto& db = setup.options.db;
  store_options result;
  result.environment.map_bytes = db.map_size_mib << 20;
  result.environment.sync = !setup.sync ? lmdb::sync_mode::none
                            : db.durability == durability::relaxed
                                ? lmdb::sync_mode::relaxed
                                : lmdb::sync_mode::full;
  result.retention_seconds = static_cast<int64_t>(db.tier0.time_s);
  return result;
}

std::vector<source_ptr> enabled_sources(const node_setup& setup) {
  if (setup.make_sources)
    return setup.make_sources();
  return make_sources(setup.figures, [&setup](std::string_view name) {
    return is_enabled(setup.options.collectors, name);
  });
}

node_facts facts_of(const node_setup& setup) {
  return {setup.own, setup.hostname, setup.version,
          setup.options.sender.enabled, !enabled_sources(setup).empty()};
}

std::string program_of(const node_setup& setup) {
  return "tributary/" + setup.version;
}

} // namespace

actor_identity node::identity(const char* name) const {
  return {setup_->directory, name, "node"};
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

caf::expected<bool> node::start_storage() {
  environment_.reset();
  host_definition own;
  own.id = setup_->own;
  own.hostname = setup_->hostname;
  own.window_seconds = setup_->options.db.window_s;
  own.group_columns = static_cast<uint16_t>(setup_->options.db.group_columns);
  own.info = read_host_info();
  auto now = setup_->clock->now_ms() / 1000;
  auto opened = open_storage(setup_->store_path, store_options_of(*setup_),
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
  setup_->figures->hosts.store(static_cast<int64_t>(opened->hosts.size()),
                               std::memory_order_relaxed);
  writer_options options;
  options.commit_every_ms = commit_every_ms(setup_->options);
  writer_ = spawn_child<writer>(true, line_writer, options,
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
                                ingest_);
  if (setup_->offer_storage)
    setup_->offer_storage(ingest_, reader_);
  offer_storage();
  return true;
}

void node::offer_storage() {
  if (introspection_ && ingest_ && reader_)
    send(introspection_, offer_atom_v, ingest_, reader_);
}

caf::expected<bool> node::start_connector() {
  if (!setup_->options.sender.enabled)
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
  auto sources
      = std::make_shared<std::vector<source_ptr>>(enabled_sources(*setup_));
  options.collector_count = sources->size();
  // A source is used by one collector at a time; after a restart a fresh one is
  // made from the table.
  options.start_collector
      = [setup = setup_, sources](framer_actor self, size_t index) {
          auto what = std::move((*sources)[index]);
          if (!what)
            what = std::move(enabled_sources(*setup)[index]);
          auto name = "collector " + std::string{what->name()};
          actor_identity who{setup->directory, std::move(name), "framer"};
          auto& system = self.home_system();
          return setup->threads
                     ? system.spawn<collector, caf::detached>(
                         std::move(who), std::move(what), kernel_files{}, index,
                         setup->log, self)
                     : system.spawn<collector>(std::move(who), std::move(what),
                                               kernel_files{}, index,
                                               setup->log, self);
        };
  spawn_child<framer>(false, line_framer, std::move(options), setup_->clock,
                      setup_->figures, setup_->log, ingest_);
  return true;
}

caf::expected<bool> node::start_live() {
  live_ = spawn_child<live>(false, line_live, facts_of(*setup_), setup_->clock,
                            ingest_);
  return true;
}

caf::expected<bool> node::start_http() {
  if (setup_->options.web.mode == web_mode::none)
    return false;
  auto handle = spawn_child<http>(
      false, line_http, facts_of(*setup_), setup_->options.directories.web,
      setup_->clock, node_counters{setup_->figures, setup_->directory},
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
  auto& web = setup_->options.web;
  http_options options;
  options.addresses = {web.bind_to};
  options.port = web.port;
  options.link_port = setup_->options.receiver.port;
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

caf::expected<bool> node::start_listener() {
  auto& options = setup_->options;
  if (!listens(options.receiver))
    return false;
  session_options rules;
  rules.own = setup_->own;
  rules.clock = setup_->clock;
  rules.hostname = setup_->hostname;
  rules.program = program_of(*setup_);
  rules.rules = std::make_shared<const admission>(options.receiver,
                                                  options.db.mode, setup_->own);
  rules.durability = options.db.mode == db_mode::ram ? ack_durability::ram
                                                     : ack_durability::disk;
  auto shared = std::make_shared<const session_options>(std::move(rules));
  session_factory start
      = [setup = setup_, shared, ingest = ingest_](
            listener_actor self, wire_actor wire, const std::string& address) {
          actor_identity who{setup->directory, "session " + address, "listener",
                             actor_tenure::connection};
          return self.home_system().spawn<session>(
              std::move(who), shared, std::move(wire), address, setup->figures,
              setup->log, ingest);
        };
  listener_ = spawn_child<listener>(false, line_listener, std::move(start),
                                    setup_->log);
  if (setup_->offer_listener)
    setup_->offer_listener(listener_);
  return true;
}

caf::expected<bool> node::start_acceptor() {
  if (setup_->offer_listener)
    return false;
  auto& receiver = setup_->options.receiver;
  auto socket = listen_on(receiver.bind_to, receiver.port);
  if (!socket)
    return std::move(socket.error());
  setup_->log->info("links on {}:{}", receiver.bind_to, port_of(*socket));
  adopt(line_acceptor, spawn_acceptor(system(), identity("acceptor"), *socket,
                                      setup_->figures, listener_));
  return true;
}

caf::expected<bool> node::start_uplink() {
  auto& sender = setup_->options.sender;
  if (!sender.enabled)
    return false;
  uplink_options options;
  options.own = setup_->own;
  options.boot = own_host_.boot;
  options.hostname = setup_->hostname;
  options.program = program_of(*setup_);
  options.api_key = to_string(sender.api_key);
  options.destinations = sender.destinations;
  options.default_port = sender.default_port;
  options.timeout_ms = sender.timeout_ms;
  options.reconnect_min_ms = reconnect_delay_min_ms;
  options.reconnect_max_ms = sender.reconnect_delay_ms;
  options.seed = setup_->seed;
  options.clock = setup_->clock;
  spawn_child<uplink>(false, line_uplink, std::move(options),
                      uplink_peers{ingest_, writer_, reader_, connector_},
                      setup_->figures, setup_->log);
  return true;
}

caf::expected<bool> node::start_introspection() {
  introspection_options options;
  options.node.facts = facts_of(*setup_);
  options.node.started_ms = setup_->started_ms;
  options.node.pid = getpid();
  options.node.store_path = setup_->store_path;
  options.clock = setup_->clock;
  options.directory = setup_->directory;
  options.figures = setup_->figures;
  introspection_ = spawn_child<introspection>(
      false, line_introspection, std::move(options), node_actor{this});
  offer_storage();
  return true;
}

caf::expected<bool> node::start_shell() {
  if (setup_->offer_listener) // a simulation has no sockets
    return false;
  auto path = shell_socket_path(setup_->options.directories.run);
  auto door = open_shell_door(system(), identity(table_.rule(line_shell).name),
                              path, setup_->log, introspection_);
  if (!door)
    return std::move(door.error());
  adopt(line_shell, *door);
  return true;
}

} // namespace tributary
