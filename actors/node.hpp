#pragma once

/// The supervisor: one visible table of children in start order. When one ends,
/// it and those that hold its handle are stopped and started again, with a
/// growing delay and within a budget; when that is used up the node ends.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/clock.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/collect/source.hpp"
#include "actors/http/server.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/storage/recovery.hpp"
#include "config/options.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

/// What a node is made of. The hooks let a simulation put its own network and
/// sources under the real actors.
struct node_setup {
  node_options options;
  guid own;
  std::string hostname;
  std::string version;
  /// Path of the LMDB file.
  std::string store_path;
  wall_clock_ptr clock;
  actor_directory_ptr directory;
  std::shared_ptr<node_figures> figures;
  std::shared_ptr<spdlog::logger> log;
  /// Actors that block get threads of their own; off in simulations.
  bool threads = true;
  /// Commits are not synced: for stores in RAM and for simulations.
  bool sync = true;
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
};

class node final : public observed<node_actor::base> {
public:
  node(caf::actor_config& cfg, std::shared_ptr<const node_setup> setup);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  /// A line of the table.
  struct child {
    const char* name;
    /// First line that is started again when this one ends.
    size_t restart_from;
    /// Starts it; may start nothing where the options say so.
    caf::error (node::*start)();
    caf::strong_actor_ptr handle;
  };

  caf::error start_from(size_t first);
  caf::error start_storage();
  caf::error start_reader();
  caf::error start_connector();
  caf::error start_framer();
  caf::error start_live();
  caf::error start_http();
  caf::error start_listener();
  caf::error start_uplink();
  caf::error open_door(const listener_actor& listener);
  caf::error open_web_port();
  void on_down(const caf::down_msg& what);
  void plan_restart();
  void on_restart();
  caf::result<bool> on_stop();
  void stop_children(size_t first);
  actor_identity identity(const char* name) const;

  template <class Actor, class... Ts>
  auto spawn_child(bool blocks, const char* name, Ts&&... xs);

  std::shared_ptr<const node_setup> setup_;
  std::vector<child> children_;
  // Handles of the running children, for those that are started after them.
  host_definition own_host_;
  tick newest_ = 0;
  bool framer_started_ = false;
  std::shared_ptr<lmdb::environment> environment_;
  writer_actor writer_;
  ingest_actor ingest_;
  reader_actor reader_;
  connector_actor connector_;
  live_actor live_;

  http_server web_;
  /// Where the web port's thread finds the http actor of the moment.
  struct http_door;
  std::shared_ptr<http_door> http_door_;
  bool web_open_ = false;

  size_t restart_from_ = 0;
  bool restarting_ = false;
  bool stopping_ = false;
  size_t restarts_ = 0;
  unix_ms first_restart_ms_ = 0;
};

} // namespace tributary
