#pragma once

/// One child of the swarm: its rows, its link, and the socket that does not
/// block. Knows no actor and no event loop.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/link/wire_guard.hpp"
#include "tools/swarm/row_source.hpp"
#include "tools/swarm/swarm_link.hpp"

namespace tributary::load {

class swarm_child {
public:
  swarm_child(host_lane lane, row_source_ptr source, std::string api_key,
              link_codec codec, swarm_counts& counts);
  swarm_child(const swarm_child&) = delete;
  swarm_child& operator=(const swarm_child&) = delete;
  ~swarm_child();

  /// Takes over a connected socket and says hello, over TLS if it has a guard.
  void connected(int socket, std::unique_ptr<wire_guard> guard);

  /// Ends the connection without a word, as a cable does.
  void cut();

  int socket() const noexcept {
    return socket_;
  }

  bool is_connected() const noexcept {
    return socket_ >= 0;
  }

  swarm_link& link() noexcept {
    return link_;
  }

  const swarm_link& link() const noexcept {
    return link_;
  }

  const guid& id() const noexcept {
    return link_.lane().host().id;
  }

  bool wants_to_write() const noexcept {
    return written_ < writing_.size() || has_out();
  }

  /// Makes the row of `t`, to be sent by `push`.
  void prepare(tick t);

  /// Sends what was prepared, at once if the link can. @param since_ms what its
  /// delay is counted from.
  void push(double since_ms);

  /// A chart of ten dimensions more.
  void add_chart();

  void on_readable();
  void on_writable();

  /// Why the last link ended.
  const std::string& last_reason() const noexcept {
    return reason_;
  }

private:
  bool has_out() const noexcept;
  void lose(const std::string& why);
  /// Moves what the link has to say into `writing_`.
  caf::error take_out();
  caf::error take_in(std::string_view bytes);

  row_source_ptr source_;
  /// Charts that came later, and their rows.
  std::vector<row_source_ptr> more_;
  frame_row part_;
  swarm_counts& counts_;
  swarm_link link_;
  int socket_ = -1;
  /// Null: a plain link.
  std::unique_ptr<wire_guard> guard_;
  /// What the guard has for the socket, and has read of it.
  std::vector<char> sealed_;
  std::string plain_;
  /// On its way to the socket.
  std::string writing_;
  size_t written_ = 0;
  tick prepared_tick_ = 0;
  frame_row prepared_;
  std::string reason_;
};

} // namespace tributary::load
