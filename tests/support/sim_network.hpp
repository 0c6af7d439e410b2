#pragma once

/// A network in simulated time: connections between named nodes whose bytes
/// come late, in pieces, or never. Everything random comes from one seed.

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>

#include "actors/protocol.hpp"
#include "tests/support/link_audit.hpp"

namespace tributary {

/// The wire of one side; ticks when bytes may have come, and is told to leave
/// when the connection was cut.
/// Its own timer asks whether anybody has started it.
using sim_wire_actor
    = wire_actor::extend<on<tick_atom>, on<leave_atom>, on<stop_atom>>;

enum class sim_side { child, parent };

/// Bytes on their way in one direction.
struct sim_pipe {
  std::string bytes;
  /// The writer has closed; what is in `bytes` may still be read.
  bool closed = false;
  /// A tick is on its way to the reader.
  bool woken = false;
  /// Null before it was spawned and after it ended.
  sim_wire_actor reader;
};

class sim_network;

/// One connection.
struct sim_link {
  sim_network* network = nullptr;
  std::string child;
  std::string parent;
  /// Neither side gets or sends anything more.
  bool cut = false;
  sim_pipe up;
  sim_pipe down;
  link_audit audit;
};

using sim_link_ptr = std::shared_ptr<sim_link>;

class sim_network {
public:
  explicit sim_network(uint64_t seed) : random_(seed) {
    // nop
  }

  /// Who accepts for a node; null: connections are refused.
  void set_listener(const std::string& node, listener_actor listener);

  /// What the nodes have acknowledged, by name.
  std::shared_ptr<sim_promises> promises_of(const std::string& node);

  /// A connector for the node.
  connector_actor start_connector(caf::actor_system& system,
                                  const std::string& node);

  caf::expected<wire_actor> connect(caf::actor_system& system,
                                    const std::string& child,
                                    const std::string& parent);

  /// Another name of a node.
  void alias(const std::string& other, const std::string& node) {
    aliases_[other] = node;
  }

  /// Ends the connections of the two at once.
  void cut(const std::string& a, const std::string& b);

  /// Ends the wire actor of one side of their connections, as if it had failed.
  void kill_wire(const std::string& child, const std::string& parent,
                 sim_side side);

  /// Holds all bytes between the two; new connections fail.
  void stall(const std::string& a, const std::string& b);

  /// New connections fail, those that are open stay.
  void refuse(const std::string& a, const std::string& b);

  void heal();

  /// The node's machine is gone: nobody hears of its ends any more; the other
  /// ends hear of it soon or, where `silent`, never.
  void forget(const std::string& node, bool silent);

  /// Bytes came or room was made: the reader looks after a random delay.
  void wake(sim_link& link, sim_pipe& pipe);

  bool stalled(const sim_link& link) const;

  /// Uniform in 0..bound-1.
  uint64_t random(uint64_t bound) {
    return random_() % bound;
  }

  size_t open_links(const std::string& child, const std::string& parent) const;

  /// Most unacknowledged bytes that any link had.
  size_t unacked_bytes_max() const;

  /// Blocks of windows that went over links that are open.
  size_t blocks() const;

  /// Messages that went in packed runs over links that are open.
  size_t packed_messages() const;

  size_t connects() const noexcept {
    return connects_;
  }

private:
  using pair = std::pair<std::string, std::string>;

  static pair pair_of(const std::string& a, const std::string& b) {
    return a < b ? pair{a, b} : pair{b, a};
  }

  void end(const sim_link_ptr& link);

  std::mt19937_64 random_;
  std::map<std::string, std::string> aliases_;
  std::map<std::string, listener_actor> listeners_;
  std::map<std::string, std::shared_ptr<sim_promises>> promises_;
  std::map<pair, bool> stalled_;
  std::map<pair, bool> refused_;
  std::vector<std::weak_ptr<sim_link>> links_;
  size_t unacked_bytes_max_ = 0;
  size_t connects_ = 0;
};

} // namespace tributary
