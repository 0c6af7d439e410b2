#include "tests/bench/swarm.hpp"

#include <algorithm>
#include <cmath>

#include <poll.h>

#include "tests/bench/figures.hpp"

namespace tributary::bench {

namespace {

constexpr double connect_limit_ms = 30'000;
constexpr double ack_limit_ms = 30'000;

/// Frames are made so long before they are due.
constexpr double prepare_ms = 300;

} // namespace

swarm::swarm(uint32_t children, uint32_t metrics, uint16_t link_port)
    : metrics_(metrics) {
  auto charts = pattern_charts(metrics);
  for (uint32_t i = 0; i < children; ++i)
    children_.push_back(
        std::make_unique<swarm_child>(i, charts, link_port, counts_));
  auto end = now_ms() + connect_limit_ms;
  auto all_in = [&] {
    return std::all_of(children_.begin(), children_.end(),
                       [](auto& x) { return x->accepted(); });
  };
  while (!all_in() && counts_.links_lost == 0 && now_ms() < end)
    poll_once(100);
  if (!all_in())
    fail("not every child was taken");
}

void swarm::poll_once(int timeout_ms) {
  std::vector<pollfd> sockets;
  for (auto& x : children_) {
    auto events = x->wants_to_write() ? POLLIN | POLLOUT : POLLIN;
    sockets.push_back({x->socket(), static_cast<short>(events), 0});
  }
  if (poll(sockets.data(), sockets.size(), timeout_ms) <= 0)
    return;
  for (size_t i = 0; i < sockets.size(); ++i) {
    if ((sockets[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
      children_[i]->on_readable();
    if ((sockets[i].revents & POLLOUT) != 0)
      children_[i]->on_writable();
  }
}

void swarm::poll_until(double at_ms) {
  for (auto left = at_ms - now_ms(); left > 0; left = at_ms - now_ms())
    poll_once(static_cast<int>(std::ceil(left)));
}

double swarm::flood(tick from, tick to, size_t flight_bytes) {
  for (auto& x : children_)
    x->limit_flight(flight_bytes);
  auto begin = now_ms();
  std::vector<tick> next(children_.size(), from);
  for (auto busy = true; busy;) {
    busy = false;
    auto sent = false;
    for (size_t i = 0; i < children_.size(); ++i) {
      auto& child = *children_[i];
      // A few at a time, so that all go on alike.
      for (int n = 0; n < 4 && next[i] < to && child.may_send(); ++n) {
        child.prepare(next[i]++);
        child.send_prepared();
        sent = true;
      }
      busy = busy
             || (!child.lost() && (next[i] < to || child.unacknowledged() > 0));
    }
    poll_once(sent ? 0 : 20);
  }
  return (now_ms() - begin) / 1e3;
}

void swarm::live(unsigned seconds, bool spread) {
  auto first = std::floor(now_ms() / 1000) + 2;
  auto step = spread ? 1000.0 / static_cast<double>(children_.size()) : 0;
  for (unsigned s = 0; s < seconds; ++s) {
    auto due = (first + s) * 1000;
    poll_until(due - prepare_ms);
    if (!spread)
      for (auto& x : children_)
        x->prepare(static_cast<tick>(first + s));
    for (auto& x : children_) {
      if (spread) // no lull to make them all in
        x->prepare(static_cast<tick>(first + s));
      poll_until(due);
      if (x->may_send())
        x->send_prepared();
      due += step;
    }
  }
  poll_until((first + seconds) * 1000);
}

bool swarm::drain() {
  auto end = now_ms() + ack_limit_ms;
  while (unacknowledged() > 0 && now_ms() < end)
    poll_once(100);
  return unacknowledged() == 0;
}

uint64_t swarm::unacknowledged() const {
  uint64_t result = 0;
  for (auto& x : children_)
    result += x->unacknowledged();
  return result;
}

} // namespace tributary::bench
