#pragma once

/// The supervisor: one visible table of children in start order. When one ends,
/// it and those that hold its handle are stopped and started again, with a
/// growing delay (actors/restart_table.hpp). Only storage that fails again and
/// again ends the node; all others are tried for ever, beside what runs.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/clock.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/collect/source.hpp"
#include "actors/http/host_view.hpp"
#include "actors/http/server.hpp"
#include "actors/link/destination_slots.hpp"
#include "actors/link/drain_desk.hpp"
#include "actors/link/uplink.hpp"
#include "actors/link/wires_door.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/restart_table.hpp"
#include "actors/storage/backup_desk.hpp"
#include "actors/storage/recovery.hpp"
#include "actors/storage/writer.hpp"
#include "config/options.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

/// Sets the least level that is written.
void set_level(spdlog::logger& log, log_level level);

/// What a node is made of. The hooks let a simulation put its own network and
/// sources under the real actors.
struct node_setup {
  node_options options;
  guid own;
  std::string hostname;
  std::string version;
  /// Path of the LMDB file.
  std::string store_path;
  /// Path of the file that keeps the own host's epoch (node_identity.hpp).
  /// Empty: the store alone does.
  std::string epoch_path;
  /// The store takes no more, MiB, whatever the options say; for stores in RAM.
  std::optional<uint64_t> room_mib;
  wall_clock_ptr clock;
  /// When the process started, on that clock.
  unix_ms started_ms = 0;
  actor_directory_ptr directory;
  std::shared_ptr<node_figures> figures;
  std::shared_ptr<spdlog::logger> log;
  /// Actors that block get threads of their own; off in simulations.
  bool threads = true;
  /// Commits are not synced: for stores in RAM and for simulations.
  bool sync = true;
  /// Whether children are sent away.
  std::shared_ptr<drain_desk> drains = std::make_shared<drain_desk>();
  /// Seeds jitter.
  uint64_t seed = 0;
  /// Replaces the connector. Null: sockets.
  std::function<connector_actor(caf::actor_system&)> start_connector;
  /// Told of each new listener instead of opening a port. Null: a port.
  std::function<void(const listener_actor&)> offer_listener;
  /// The sources of the own host. Null: the source table.
  std::function<std::vector<source_ptr>()> make_sources;
  /// Told of each new ingest and reader; for simulations.
  std::function<void(const ingest_actor&, const reader_actor&)> offer_storage;
  /// Told of each new child of the table, collector and session by its name;
  /// for simulations, which end them. May be null.
  std::function<void(const std::string&, const caf::strong_actor_ptr&)>
      offer_child;
};

class node final : public observed<node_actor::base> {
public:
  node(caf::actor_config& cfg, std::shared_ptr<const node_setup> setup);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  /// Where an actor runs: with those that never wait, in a thread of its own as
  /// it may block, or in that of the sockets.
  enum class thread { pool, own, sockets };

  /// How the child of a line is started, and its actor while there is one.
  struct child {
    /// False where the options ask for none. Null: its lead starts it.
    caf::expected<bool> (node::*start)();
    caf::strong_actor_ptr handle;
  };

  // node.cpp: the supervisor
  caf::result<bool> on_start();
  void on_down(const caf::down_msg& what);
  void on_timer();
  child_list_ptr on_status() const;
  caf::result<bool> on_stop();
  /// Starts one line; an error is told to the table already.
  caf::error start_line(size_t line);
  /// Starts what may start and sees to it that the rest is.
  void start_due();
  void stop_lines(const std::vector<size_t>& lines);
  void stop_children(size_t first);

  // node_reload.cpp: other options while it runs
  caf::result<uint64_t, uint64_t> on_reload(const node_options& wanted);
  void apply_storage(const node_options& before);
  void apply_collectors(const node_options& before);
  void apply_sender(const destination_slots& before, bool streamed);
  void apply_destinations(const destination_slots& before);
  void apply_receiver(const node_options& before);
  void apply_web(const node_options& before, bool streamed);
  void renew(size_t line);

  // node_security.cpp: the files of TLS
  caf::error load_security();
  bool apply_security();
  void warn_of_certificates() const;

  // node_storage.cpp: how storage is started
  caf::expected<bool> start_storage();
  caf::expected<bool> start_reader();
  void offer_storage();
  writer_options options_of_writer() const;
  /// Of a host: uplinks that it goes over.
  std::function<size_t(const stored_host&)> receiver_counts() const;
  ingest_options options_of_ingest() const;

  // node_children.cpp: how each other line is started
  caf::expected<bool> start_connector();
  caf::expected<bool> start_framer();
  caf::expected<bool> start_live();
  caf::expected<bool> start_http();
  caf::expected<bool> start_listener();
  caf::expected<bool> start_acceptor();
  caf::expected<bool> start_uplink();
  caf::expected<bool> start_uplink_at(size_t slot);
  caf::expected<bool> start_introspection();
  caf::expected<bool> start_shell();
  /// Tells the uplink of the slot who answers what parents ask.
  void offer_responder(size_t slot);
  caf::error open_web_port();
  actor_identity identity(const char* name) const;
  std::vector<std::string> collector_names() const;
  node_facts facts() const;
  session_options_ptr options_of_sessions() const;
  uplink_options options_of_uplink(size_t slot) const;
  void assign_destinations();
  /// Some host, if it comes, goes to a parent.
  bool streams() const noexcept {
    return !routes_->all().empty();
  }

  template <class Actor, thread Where, class... Ts>
  auto spawn_child(size_t line, Ts&&... xs);
  template <class Actor, thread Where, class... Ts>
  static auto spawn_in(caf::actor_system& system, bool threads,
                       const wires_door_ptr& wires, Ts&&... xs);
  template <class Handle>
  void adopt(size_t line, const Handle& handle);

  std::shared_ptr<const node_setup> setup_;
  /// In force: those of the setup and what reloads have changed.
  node_options options_;
  restart_table table_;
  std::vector<child> children_;
  // Handles of the running children, for those that are started after them.
  host_definition own_host_;
  /// Of this life of the process; tells a restarted node from a copy of it.
  guid boot_ = random_guid();
  tick newest_ = 0;
  bool framer_started_ = false;
  std::shared_ptr<lmdb::environment> environment_;
  std::shared_ptr<backup_desk> backups_ = std::make_shared<backup_desk>();
  writer_actor writer_;
  ingest_actor ingest_;
  reader_actor reader_;
  connector_actor connector_;
  framer_actor framer_;
  live_actor live_;
  listener_actor listener_;
  /// Of the listener and its sessions; null until there are any.
  wires_door_ptr wires_;
  introspection_actor introspection_;
  /// In force for connections that come.
  port_security_ptr port_security_;
  std::shared_ptr<const tls_context> uplink_tls_;
  /// By slot; none where there is none.
  std::vector<uplink_actor> uplinks_;
  destination_slots slots_;
  std::shared_ptr<const host_routes> routes_;
  std::shared_ptr<parent_claims> claims_ = std::make_shared<parent_claims>();

  http_server web_;
  /// Where the web port's thread finds the http actor of the moment.
  struct http_door;
  std::shared_ptr<http_door> http_door_;
  bool web_open_ = false;

  /// When the timer fires that is under way; 0: none is.
  int64_t timer_due_ms_ = 0;
  bool stopping_ = false;
};

} // namespace tributary
