#pragma once

/// How the node starts each line of its table: the rest of node.hpp, for the
/// sources of the node only.

#include <mutex>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

#include "actors/link/beside_wires.hpp"
#include "actors/node.hpp"

namespace tributary {

/// Places in the table of node.cpp.
enum line : size_t {
  line_writer,
  line_ingest,
  line_reader,
  line_connector,
  line_framer,
  line_live,
  line_http,
  line_listener,
  line_acceptor,
  line_uplink,
  line_introspection,
  line_shell,
  /// The second uplink, of `stream_mode::all`, and those after it.
  line_uplink_2,
};

/// The line of an uplink by its slot.
constexpr size_t line_of_uplink(size_t slot) {
  return slot == 0 ? line_uplink : line_uplink_2 + slot - 1;
}

/// The http actor of the moment, for the web port's thread. An exchange that
/// finds nobody is dropped, which answers 503.
struct node::http_door {
  std::mutex mutex;
  http_actor current;
};

/// How this program calls itself to peers.
inline std::string program_of(const node_setup& setup) {
  return "tributary/" + setup.version;
}

/// @param threads false: whatever `Where` says, the pool of the scheduler.
/// @param wires null: nothing runs beside sockets.
template <class Actor, node::thread Where, class... Ts>
auto node::spawn_in(caf::actor_system& system, bool threads,
                    const wires_door_ptr& wires, Ts&&... xs) {
  if constexpr (Where == thread::own) {
    if (threads)
      return system.spawn<Actor, caf::detached>(std::forward<Ts>(xs)...);
  } else if constexpr (Where == thread::sockets) {
    if (wires)
      return spawn_beside_wires<Actor>(*wires, std::forward<Ts>(xs)...);
  }
  return system.spawn<Actor>(std::forward<Ts>(xs)...);
}

template <class Handle>
void node::adopt(size_t line, const Handle& handle) {
  auto& to = children_[line].handle;
  to = caf::actor_cast<caf::strong_actor_ptr>(handle);
  monitor(handle);
  if (setup_->offer_child)
    setup_->offer_child(table_.rule(line).name, to);
}

template <class Actor, node::thread Where, class... Ts>
auto node::spawn_child(size_t line, Ts&&... xs) {
  auto handle = spawn_in<Actor, Where>(system(), setup_->threads, wires_,
                                       identity(table_.rule(line).name),
                                       std::forward<Ts>(xs)...);
  adopt(line, handle);
  return handle;
}

} // namespace tributary
