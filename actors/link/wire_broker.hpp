#pragma once

/// The broker that stands for the other side of a connection: bytes and message
/// boundaries, TLS, nothing else. Halted until its user says `start`; stops
/// reading when its user is behind. Ends when the connection or its user ends.

#include <memory>

#include <caf/io/broker.hpp>
#include <caf/io/scribe.hpp>
#include <caf/io/typed_broker.hpp>

#include "actors/collect/self_figures.hpp"
#include "actors/link/handshake_gate.hpp"
#include "actors/link/message_splitter.hpp"
#include "actors/link/wire.hpp"
#include "actors/link/wire_guard.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"

namespace tributary {

using wire_broker_interface
    = wire_actor::extend<caf::reacts_to<caf::io::new_data_msg>,
                         caf::reacts_to<caf::io::connection_closed_msg>,
                         // Its own timers: has anybody started it, is there
                         // a TLS connection? It is its turn for a handshake.
                         caf::reacts_to<tick_atom>,
                         caf::reacts_to<accept_atom>>;

/// How a wire is kept safe; with nothing in it, it is plain.
struct wire_protection {
  std::unique_ptr<wire_guard> guard;
  /// Of the port; null for a wire of the end that connects, which has few.
  std::shared_ptr<handshake_gate> gate;
};

class wire_broker final : public observed<wire_broker_interface::broker_base> {
public:
  wire_broker(caf::actor_config& cfg, actor_identity identity,
              caf::io::scribe_ptr connection, wire_protection protection,
              std::shared_ptr<node_figures> figures);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void on_start(const wire_user& user);
  void on_bytes(const std::string& bytes);
  void on_data(const caf::io::new_data_msg& what);
  void set_read_bytes(size_t most);
  void fit_read_bytes(size_t got);
  void on_consumed(uint64_t bytes);
  void deliver(std::string_view bytes);
  void on_tick();
  void close_wire();

  // TLS: each is for a wire that has a guard.
  void take_turn();
  void on_turn();
  void pass_guard(std::string_view bytes);
  void finish_guarded(const caf::error& error, size_t before);
  void give_up(const std::string& reason);
  void update_reading();

  caf::io::scribe_ptr connection_;
  wire_protection protection_;
  caf::io::connection_handle handle_;
  std::shared_ptr<node_figures> figures_;
  caf::actor_addr user_;
  message_splitter splitter_;
  uint64_t unconsumed_ = 0;
  size_t read_bytes_ = 0; // 0 before it reads at all
  bool started_ = false;
  bool trusted_ = false;
  bool hello_delivered_ = false;
  bool reading_ = true;
  bool given_up_ = false;
  bool ticked_ = false;
  bool security_told_ = false;
};

/// Starts a wire for a connected socket; callable from any thread.
wire_actor spawn_wire(caf::actor_system& system, actor_identity identity,
                      caf::io::scribe_ptr connection,
                      wire_protection protection,
                      std::shared_ptr<node_figures> figures);

} // namespace tributary
