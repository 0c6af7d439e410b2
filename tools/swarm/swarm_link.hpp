#pragma once

/// The child's side of a link: bytes come in and go out, rows wait until they
/// are acknowledged and go again over the next link. Pure: knows no socket, no
/// actor and no clock.

#include <deque>
#include <limits>
#include <string>
#include <string_view>

#include "actors/link/message_splitter.hpp"
#include "schema/link.hpp"
#include "schema/run_packer.hpp"
#include "tools/swarm/host_lane.hpp"
#include "tools/swarm/latency_histogram.hpp"

namespace tributary::load {

/// What all children of a swarm count together.
struct swarm_counts {
  uint64_t frames_sent = 0;
  uint64_t frames_acked = 0;
  uint64_t samples_acked = 0;
  /// Over sockets, headers of the link included.
  uint64_t bytes_sent = 0;
  /// Frames that the parent could not read.
  uint64_t frames_refused = 0;
  /// Frames that had no room to wait in.
  uint64_t frames_dropped = 0;
  /// Frames that went again over a new link.
  uint64_t frames_again = 0;
  uint64_t keys_wanted = 0;
  /// Links that ended without being asked to.
  uint64_t links_lost = 0;
  /// Links that the swarm cut.
  uint64_t links_cut = 0;
  /// From the second a row is of, or from when it was made, to its ack.
  latency_histogram ack_ms;
};

class swarm_link {
public:
  /// Rows that wait for an ack, of each child: ten minutes. Beyond, new ones
  /// are dropped and counted.
  static constexpr size_t rows_max = 600;

  /// @param codec what it offers to the parent.
  swarm_link(host_lane lane, std::string api_key, link_codec codec,
             swarm_counts& counts);

  const host_lane& lane() const noexcept {
    return lane_;
  }

  /// A connection is there: says hello.
  void begin();

  /// It is gone. What is not acknowledged waits for the next.
  void end();

  /// Takes what the parent sent. Yields the reason when the link is over.
  caf::error feed(std::string_view bytes, double now_ms);

  /// A row to send. @param since_ms what its delay is counted from.
  void push(tick t, frame_row row, double since_ms);

  /// Adds a chart behind all others.
  void add_chart(chart_ptr chart);

  /// Sends rows while credit and `out_bytes_max` last.
  void pump();

  /// From now on no more than so many bytes are in flight, whatever the credit.
  void limit_flight(size_t bytes) noexcept {
    flight_bytes_max_ = bytes;
  }

  /// Bytes for the socket; the caller takes them from the front.
  const std::string& out() const noexcept {
    return out_;
  }

  std::string& out() noexcept {
    return out_;
  }

  /// The parent has taken the host.
  bool accepted() const noexcept {
    return accepted_;
  }

  /// Rows that are not acknowledged.
  size_t waiting() const noexcept {
    return rows_.size();
  }

  /// Rows that were not sent over this link.
  size_t unsent() const noexcept {
    return rows_.size() - sent_;
  }

  /// More than so much that the socket does not take is not made.
  static constexpr size_t out_bytes_max = 256u << 10;

private:
  struct waiting_row {
    tributary::tick tick;
    frame_row row;
    double since_ms;
    /// Under which it went over this link, and its sealed bytes.
    uint64_t number = 0;
    size_t bytes = 0;
    bool was_sent = false;
    /// Its increments are in the lane's readings.
    bool is_counted = false;
  };

  caf::error handle(const link_message& message, double now_ms);
  void on_accept(const link_host_accept& x, double now_ms);
  void on_ack(uint64_t number, double now_ms);
  void on_need_key(const link_need_key& x);
  void acknowledged(const waiting_row& x, double now_ms);

  host_lane lane_;
  std::string api_key_;
  link_codec codec_;
  swarm_counts& counts_;
  run_packer packer_;
  std::string out_;
  message_splitter splitter_;
  bool accepted_ = false;
  size_t credit_bytes_ = 0;
  size_t flight_bytes_max_ = std::numeric_limits<size_t>::max();
  size_t charts_told_ = 0;
  uint64_t last_number_ = 0;
  std::deque<waiting_row> rows_;
  /// How many of them, from the front, went over this link.
  size_t sent_ = 0;
  size_t in_flight_bytes_ = 0;
};

} // namespace tributary::load
