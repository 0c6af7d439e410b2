#pragma once

/// One child of the swarm: the child's side of a link over a plain socket that
/// does not block. Knows no actor and no event loop.

#include <deque>
#include <limits>
#include <memory>
#include <string>

#include "schema/link.hpp"
#include "tests/bench/host_lane.hpp"
#include "tests/bench/pattern.hpp"

namespace tributary::bench {

/// What all children of a swarm count together.
struct swarm_counts {
  uint64_t frames_sent = 0;
  uint64_t frames_acked = 0;
  uint64_t bytes_sent = 0;
  uint64_t keys_wanted = 0;
  uint64_t links_lost = 0;
  std::vector<double> ack_ms;
};

class swarm_child {
public:
  swarm_child(uint32_t index, const std::vector<chart_ptr>& charts,
              uint16_t link_port, swarm_counts& counts);
  swarm_child(const swarm_child&) = delete;
  swarm_child& operator=(const swarm_child&) = delete;
  ~swarm_child();

  int socket() const noexcept {
    return socket_;
  }

  const guid& id() const noexcept {
    return lane_.host().id;
  }

  /// The parent has taken the host.
  bool accepted() const noexcept {
    return accepted_;
  }

  bool lost() const noexcept {
    return socket_ < 0;
  }

  bool wants_to_write() const noexcept {
    return written_ < out_.size();
  }

  uint64_t unacknowledged() const noexcept {
    return in_flight_.size();
  }

  /// Makes the frame of `t`, to be sent by `send_prepared`.
  void prepare(tick t);

  /// Whether the credit lets another frame go.
  bool may_send() const;

  /// From now on no more than so many bytes are in flight, whatever the credit.
  void limit_flight(size_t bytes) noexcept {
    flight_bytes_max_ = bytes;
  }

  void send_prepared();

  void on_readable();
  void on_writable();

private:
  struct sent_frame {
    uint64_t number;
    size_t bytes;
    double at_ms;
  };

  void put(const link_message& message);
  void take_messages();
  void handle(const link_message& message);
  void lose(const std::string& why);

  host_lane lane_;
  pattern source_;
  frame_row row_;
  swarm_counts& counts_;
  int socket_ = -1;
  std::string out_;
  size_t written_ = 0;
  std::string in_;
  bool greeted_ = false;
  bool accepted_ = false;
  size_t credit_bytes_ = 0;
  size_t flight_bytes_max_ = std::numeric_limits<size_t>::max();
  frame_ptr prepared_;
  uint64_t last_number_ = 0;
  std::deque<sent_frame> in_flight_;
  size_t in_flight_bytes_ = 0;
};

} // namespace tributary::bench
