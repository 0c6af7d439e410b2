#include "tests/bench/swarm_child.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/figures.hpp"
#include "tests/bench/node_process.hpp"

namespace tributary::bench {

namespace {

/// More than so much that the socket does not take is not made.
constexpr size_t out_bytes_max = 256u << 10;

/// Windows of the hosts begin evenly spread.
uint32_t phase_of(uint32_t index) {
  constexpr uint32_t window = 600;
  constexpr uint32_t stride = 377; // shares no factor with 600
  return index * stride % window;
}

} // namespace

swarm_child::swarm_child(uint32_t index, const std::vector<chart_ptr>& charts,
                         uint16_t link_port, swarm_counts& counts)
    : lane_(bench_host(index, phase_of(index)), charts),
      source_(lane_.columns_of().columns(), index + 1),
      counts_(counts),
      socket_(connect_to(link_port)) {
  fcntl(socket_, F_SETFL, O_NONBLOCK);
  out_ = link_preface;
  link_hello hello;
  hello.node = id();
  hello.boot = lane_.host().boot;
  hello.api_key = bench_key;
  hello.hostname = lane_.host().hostname;
  hello.program = "bench";
  put(hello);
}

swarm_child::~swarm_child() {
  if (socket_ >= 0)
    close(socket_);
}

void swarm_child::put(const link_message& message) {
  put_message(out_, message);
  on_writable();
}

void swarm_child::prepare(tick t) {
  source_.next(row_);
  prepared_ = lane_.seal(t, row_);
}

bool swarm_child::may_send() const {
  auto bytes = prepared_ ? prepared_->sealed().size() : 0;
  return accepted_ && !lost() && out_.size() - written_ < out_bytes_max
         && (in_flight_bytes_ == 0
             || in_flight_bytes_ + bytes
                    <= std::min(credit_bytes_, flight_bytes_max_));
}

void swarm_child::send_prepared() {
  auto bytes = prepared_->sealed().size();
  in_flight_.push_back({++last_number_, bytes, now_ms()});
  in_flight_bytes_ += bytes;
  ++counts_.frames_sent;
  put(link_frame{1, last_number_, std::move(prepared_)});
  prepared_ = nullptr;
}

void swarm_child::on_writable() {
  while (!lost() && wants_to_write()) {
    auto count
        = send(socket_, &out_[written_], out_.size() - written_, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN)
      return;
    if (count < 0) {
      lose(strerror(errno));
      return;
    }
    written_ += static_cast<size_t>(count);
    counts_.bytes_sent += static_cast<uint64_t>(count);
  }
  out_.clear();
  written_ = 0;
}

void swarm_child::on_readable() {
  char piece[16384];
  for (;;) {
    auto count = recv(socket_, piece, sizeof(piece), 0);
    if (count < 0 && errno == EAGAIN)
      break;
    if (count <= 0) {
      take_messages();
      lose("closed by the parent");
      return;
    }
    in_.append(piece, static_cast<size_t>(count));
  }
  take_messages();
}

void swarm_child::take_messages() {
  size_t at = 0;
  if (!greeted_ && in_.size() >= link_preface.size()) {
    if (in_.compare(0, link_preface.size(), link_preface) != 0)
      fail("the parent speaks no link");
    at = link_preface.size();
    greeted_ = true;
  }
  while (greeted_ && in_.size() - at >= link_header_bytes) {
    uint32_t length;
    memcpy(&length, &in_[at], sizeof(length));
    if (in_.size() - at < link_header_bytes + length)
      break;
    auto message = open_message({&in_[at + link_header_bytes], length});
    if (!message)
      fail(to_text(message.error()));
    handle(*message);
    at += link_header_bytes + length;
  }
  in_.erase(0, at);
}

void swarm_child::handle(const link_message& message) {
  if (auto ack = std::get_if<link_ack>(&message)) {
    auto now = now_ms();
    while (!in_flight_.empty() && in_flight_.front().number <= ack->live) {
      counts_.ack_ms.push_back(now - in_flight_.front().at_ms);
      in_flight_bytes_ -= in_flight_.front().bytes;
      in_flight_.pop_front();
      ++counts_.frames_acked;
    }
  } else if (auto welcome = std::get_if<link_welcome>(&message)) {
    credit_bytes_ = welcome->credit_bytes;
    link_host_open open;
    open.channel = 1;
    open.host = lane_.host();
    open.path = {id()};
    put(open);
  } else if (std::holds_alternative<link_host_accept>(message)) {
    accepted_ = true;
    put(link_roster{1, lane_.run()});
  } else if (auto ping = std::get_if<link_ping>(&message)) {
    put(link_pong{ping->cookie});
  } else if (std::holds_alternative<link_need_key>(message)) {
    ++counts_.keys_wanted;
    lane_.want_key();
  } else if (auto refuse = std::get_if<link_refuse>(&message)) {
    lose(to_string(refuse->reason));
  } else if (auto host = std::get_if<link_host_refuse>(&message)) {
    lose(to_string(host->reason));
  } else if (auto bye = std::get_if<link_bye>(&message)) {
    lose(std::string{"bye "} + to_string(bye->reason));
  }
}

void swarm_child::lose(const std::string& why) {
  if (lost())
    return;
  if (counts_.links_lost++ == 0)
    fprintf(stderr, "%s lost its link: %s\n", lane_.host().hostname.c_str(),
            why.c_str());
  close(socket_);
  socket_ = -1;
}

} // namespace tributary::bench
