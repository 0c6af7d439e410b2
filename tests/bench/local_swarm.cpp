#include "tests/bench/local_swarm.hpp"

#include "schema/error.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/node_process.hpp"

namespace tributary::bench {

namespace {

constexpr double connect_limit_ms = 30'000;

load::swarm_options options_of(uint32_t children, uint32_t metrics,
                               uint16_t link_port, link_codec codec) {
  load::swarm_options result;
  result.codec = codec;
  result.parent.destination.host = "127.0.0.1";
  result.parent.default_port = link_port;
  result.parent.timeout_ms = 2000;
  result.api_key = bench_key;
  result.children = children;
  result.metrics = metrics;
  return result;
}

} // namespace

local_swarm::local_swarm(uint32_t children, uint32_t metrics,
                         uint16_t link_port, link_codec codec)
    : swarm(options_of(children, metrics, link_port, codec)) {
  if (auto error = connect_all(connect_limit_ms))
    fail(to_text(error));
}

void local_swarm::live(unsigned seconds, bool spread) {
  pace how;
  how.seconds = seconds;
  how.spread = spread;
  swarm::live(how);
}

std::vector<fixed_series> read_fixed_set(const std::string& path) {
  auto result = load::read_fixed_set(path);
  if (!result)
    fail(to_text(result.error()));
  return std::move(*result);
}

} // namespace tributary::bench
