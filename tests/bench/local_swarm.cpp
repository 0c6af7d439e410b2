#include "tests/bench/local_swarm.hpp"

#include "actors/link/tls_context.hpp"
#include "schema/error.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/node_process.hpp"

namespace tributary::bench {

namespace {

constexpr double connect_limit_ms = 30'000;

load::swarm_options options_of(uint32_t children, uint32_t metrics,
                               uint16_t link_port, link_codec codec,
                               const std::string& ca_file,
                               uint32_t first_index) {
  load::swarm_options result;
  result.codec = codec;
  result.parent.destination.host = "127.0.0.1";
  result.parent.default_port = link_port;
  result.parent.timeout_ms = 2000;
  result.api_key = bench_key;
  result.children = children;
  result.metrics = metrics;
  result.first_index = first_index;
  if (ca_file.empty())
    return result;
  tls_sender_options tls;
  tls.ca_file = ca_file;
  auto context = tls_context::for_sender(tls, tls_version::v1_2);
  if (!context)
    fail(to_text(context.error()));
  result.parent.destination.tls = true;
  result.parent.tls = *context;
  return result;
}

} // namespace

local_swarm::local_swarm(uint32_t children, uint32_t metrics,
                         uint16_t link_port, link_codec codec,
                         const std::string& ca_file, uint32_t first_index)
    : swarm(
        options_of(children, metrics, link_port, codec, ca_file, first_index)) {
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
