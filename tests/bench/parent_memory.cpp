#include "tests/bench/parent_memory.hpp"

#include <chrono>
#include <thread>

#include "tests/bench/figures.hpp"
#include "tests/bench/local_swarm.hpp"
#include "tests/bench/node_process.hpp"

namespace tributary::bench {

namespace {

constexpr uint32_t children_count = 100;
constexpr uint32_t metrics = 1000;

/// A window, so that each host has closed one, and a third of the next.
constexpr tick history_seconds = 800;

/// Of all children together: a parent that has four times as much waiting for
/// its disk drops links.
constexpr size_t flight_bytes = 16u << 20;

void settle() {
  std::this_thread::sleep_for(std::chrono::seconds(2));
}

} // namespace

void print_parent_memory() {
  node_process parent{TRIBUTARY_PROGRAM};
  settle();
  auto idle_bytes = parent.private_bytes();
  local_swarm children{children_count, metrics, parent.link_port()};
  auto to = static_cast<tick>(now_ms() / 1000) - 5;
  children.flood(to - history_seconds, to, flight_bytes / children_count);
  if (children.counts().links_lost != 0)
    fail("the parent ended links:\n" + parent.log());
  settle(); // windows that wait for their block
  print_figure("ram_bytes_per_metric",
               static_cast<double>(parent.private_bytes() - idle_bytes)
                   / (double{children_count} * metrics));
}

} // namespace tributary::bench
