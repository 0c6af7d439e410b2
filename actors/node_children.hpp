#pragma once

/// How the node starts each line of its table: the rest of node.hpp, for
/// node.cpp and node_children.cpp only.

#include <mutex>

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
};

/// The http actor of the moment, for the web port's thread. An exchange that
/// finds nobody is dropped, which answers 503.
struct node::http_door {
  std::mutex mutex;
  http_actor current;
};

} // namespace tributary
