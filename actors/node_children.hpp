#pragma once

/// How the node starts each line of its table: the rest of node.hpp, for the
/// sources of the node only.

#include <mutex>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>

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

} // namespace tributary
