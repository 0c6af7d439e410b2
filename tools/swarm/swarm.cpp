#include "tools/swarm/swarm.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "actors/link/socket.hpp"
#include "schema/error.hpp"
#include "tools/swarm/clocks.hpp"

namespace tributary::load {

namespace {

/// Rows are made so long before they are due.
constexpr double prepare_ms = 300;

/// How often is looked whom to cut, connect and let grow.
constexpr double churn_ms = 50;

/// Wait before a child connects again.
constexpr double reconnect_min_ms = 500;
constexpr double reconnect_max_ms = 1500;

/// Other descriptors of the process.
constexpr uint32_t descriptors_spare = 64;

/// Windows of the hosts begin evenly spread.
uint32_t phase_of(uint32_t index) {
  constexpr uint32_t window = 600;
  constexpr uint32_t stride = 377; // shares no factor with 600
  return index * stride % window;
}

std::unique_ptr<swarm_child> make_child(const swarm_options& options,
                                        uint32_t index, swarm_counts& counts) {
  auto seed = options.seed * 0x1'0000'0000u + index;
  auto source = options.rows ? make_replay_source(options.rows, seed * 31)
                             : make_pattern_source(options.metrics, seed);
  host_lane lane{load_host(index, phase_of(index)), source->charts()};
  return std::make_unique<swarm_child>(std::move(lane), std::move(source),
                                       options.api_key, options.codec, counts);
}

} // namespace

void allow_sockets(uint32_t count) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  auto wanted = rlim_t{count} + descriptors_spare;
  if (limit.rlim_cur >= wanted)
    return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  setrlimit(RLIMIT_NOFILE, &limit);
}

swarm::swarm(swarm_options options)
    : options_(std::move(options)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      random_(options_.seed) {
  if (options_.rows)
    options_.metrics = options_.rows->columns;
  for (uint32_t i = 0; i < options_.children; ++i) {
    entry x;
    x.link = make_child(options_, options_.first_index + i, counts_);
    children_.push_back(std::move(x));
  }
}

swarm::~swarm() {
  children_.clear();
  close(epoll_);
}

double swarm::after(double now, double mean_s) {
  std::exponential_distribution<double> wait;
  return mean_s > 0 ? now + 1000 * mean_s * wait(random_) : HUGE_VAL;
}

void swarm::connect(entry& x, double now) {
  std::uniform_real_distribution<double> jitter{reconnect_min_ms,
                                                reconnect_max_ms};
  auto socket = connect_to(options_.parent);
  if (!socket) {
    last_reason_ = to_text(socket.error());
    x.connect_at_ms = now + jitter(random_);
    return;
  }
  x.connect_at_ms = HUGE_VAL;
  x.cut_at_ms = after(now, options_.cut_every_s);
  if (x.chart_at_ms == 0)
    x.chart_at_ms = after(now, options_.chart_every_s);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &x;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, *socket, &event);
  auto& to = options_.parent.destination;
  std::unique_ptr<wire_guard> guard;
  if (to.tls) // children resume no session of each other
    guard = std::make_unique<wire_guard>(
        peer_security{options_.parent.tls, to.host, to_string(x.link->id())});
  x.link->connected(*socket, std::move(guard));
}

void swarm::churn(double now) {
  if (now - churned_ms_ < churn_ms)
    return;
  churned_ms_ = now;
  std::uniform_real_distribution<double> jitter{reconnect_min_ms,
                                                reconnect_max_ms};
  for (auto& x : children_) {
    if (x.link->is_connected() && now >= x.cut_at_ms)
      x.link->cut();
    if (!x.link->is_connected() && x.connect_at_ms == HUGE_VAL)
      x.connect_at_ms = now + jitter(random_);
    if (!x.link->is_connected() && now >= x.connect_at_ms)
      connect(x, now);
    if (now >= x.chart_at_ms) {
      x.link->add_chart();
      x.chart_at_ms = after(now, options_.chart_every_s);
    }
  }
}

caf::error swarm::connect_all(double limit_ms) {
  auto end = now_ms() + limit_ms;
  while (accepted_count() < children_.size() && now_ms() < end)
    poll_once(100);
  auto count = accepted_count();
  if (count == children_.size())
    return {};
  return make_error(ec::disconnected,
                    std::to_string(count) + " of "
                        + std::to_string(children_.size())
                        + " children were taken in time"
                        + (last_reason_.empty() ? "" : ": " + last_reason_));
}

void swarm::poll_once(double timeout_ms) {
  constexpr int events_max = 512;
  epoll_event events[events_max];
  auto wait = std::clamp(std::ceil(timeout_ms), 0.0, churn_ms);
  auto count = epoll_wait(epoll_, events, events_max, static_cast<int>(wait));
  for (int i = 0; i < count; ++i) {
    auto& child = *static_cast<entry*>(events[i].data.ptr)->link;
    auto lost = counts_.links_lost;
    if ((events[i].events & ~uint32_t{EPOLLOUT}) != 0)
      child.on_readable();
    if ((events[i].events & EPOLLOUT) != 0)
      child.on_writable();
    if (counts_.links_lost != lost)
      last_reason_
          = child.link().lane().host().hostname + ": " + child.last_reason();
  }
  churn(now_ms());
}

void swarm::poll_until(double at_ms) {
  for (auto left = at_ms - now_ms(); left > 0; left = at_ms - now_ms())
    poll_once(left);
}

double swarm::flood(tick from, tick to, size_t flight_bytes) {
  constexpr size_t ahead = 4; // rows that wait for credit: all go on alike
  for (auto& x : children_)
    x.link->link().limit_flight(flight_bytes);
  auto begin = now_ms();
  std::vector<tick> next(children_.size(), from);
  for (auto busy = true; busy;) {
    busy = false;
    auto made = false;
    auto linked = accepted_count() > 0;
    for (size_t i = 0; i < children_.size(); ++i) {
      auto& child = *children_[i].link;
      while (next[i] < to && child.link().unsent() < ahead) {
        child.prepare(next[i]++);
        child.push(now_ms());
        made = true;
      }
      busy = busy || (linked && (next[i] < to || child.link().waiting() > 0));
    }
    poll_once(made ? 0 : 20);
  }
  return (now_ms() - begin) / 1e3;
}

void swarm::live(const pace& how) {
  auto first = std::floor(now_ms() / 1000) + 2;
  auto period = 1000 / how.rate_hz;
  auto rounds = static_cast<uint64_t>(how.seconds * how.rate_hz + 0.5);
  auto past = std::max(0.0, how.rate_hz - 1) * how.seconds;
  auto step = how.spread ? period / static_cast<double>(children_.size()) : 0;
  auto told = first * 1000;
  for (uint64_t round = 0; round < rounds; ++round) {
    auto due = first * 1000 + static_cast<double>(round) * period;
    auto t = how.rate_hz > 1
                 ? static_cast<tick>(first - std::floor(past)) + tick(round)
                 : static_cast<tick>(due / 1000);
    auto early = !how.spread && period > prepare_ms;
    if (early) { // a lull to make them all in
      poll_until(due - prepare_ms);
      for (auto& x : children_)
        x.link->prepare(t);
    }
    for (auto& x : children_) {
      if (!early)
        x.link->prepare(t);
      poll_until(due);
      x.link->push(due);
      due += step;
    }
    if (how.on_second && now_ms() >= told + 1000) {
      told = now_ms();
      if (!how.on_second())
        return;
    }
  }
  poll_until(first * 1000 + static_cast<double>(rounds) * period);
}

bool swarm::drain(double limit_ms) {
  auto end = now_ms() + limit_ms;
  while (unacknowledged() > 0 && now_ms() < end)
    poll_once(100);
  return unacknowledged() == 0;
}

uint64_t swarm::unacknowledged() const {
  uint64_t result = 0;
  for (auto& x : children_)
    result += x.link->link().waiting();
  return result;
}

size_t swarm::accepted_count() const {
  size_t result = 0;
  for (auto& x : children_)
    result += x.link->link().accepted();
  return result;
}

} // namespace tributary::load
