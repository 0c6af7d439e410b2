/// Figures of one parent, a process of its own, with a swarm of children.
///
///   bench_link [--data FILE.csv.zst] [--runs N] [--seconds N]
///              [--children N] [--metrics N] [--history N] [--visible N]
///              [--reconnecting N] [--many N]
///
/// Links are not packed where a figure does not say so.
///
/// A run floods the parent with `history` seconds of the past, so that its
/// windows are as full as after hours and close as often, then goes on at 1 Hz:
/// ticks aligned, spread, and aligned while the API is asked. CPU is that of
/// the parent (user and system, /proc/PID/stat), commits and blocks included.

#include <chrono>
#include <limits>
#include <memory>
#include <thread>

#include "schema/link.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/local_swarm.hpp"
#include "tests/bench/node_process.hpp"
#include "tests/bench/slow_strangers.hpp"
#include "tests/bench/visibility.hpp"

namespace tributary::bench {

namespace {

constexpr unsigned live_seconds = 30;
constexpr unsigned warm_seconds = 5;
constexpr unsigned visible_seconds = 20;

/// A window, so that each host has closed one, and a third of the next.
constexpr unsigned history_seconds = 800;

/// Of all children together in a flood; a parent that has four times as much
/// waiting for its disk drops links.
constexpr size_t flood_flight_bytes = 16u << 20;

/// Children that come back at once, and how long live ones are watched then.
constexpr uint32_t reconnecting_children = 2000;
constexpr unsigned reconnect_seconds = 12;

/// A link's own cost shows with few metrics.
constexpr uint32_t thin_metrics = 10;

/// As many samples as those of the default, of ten times as many children.
constexpr uint32_t many_children = 2000;
constexpr uint32_t many_metrics = 100;

/// Who never finish their hello, and how long live children are watched then.
constexpr uint32_t slow_strangers_count = 2000;
constexpr unsigned strangers_seconds = 20;

void settle() {
  std::this_thread::sleep_for(std::chrono::seconds(2));
}

/// Bytes of a lane's messages, headers of the link included, per sample.
double link_bytes_per_sample(const row_set& rows, run_packer packer) {
  constexpr tick first = 1'795'369'200;
  host_lane lane{load_host(0, first % 600), rows.charts};
  uint64_t number = 0;
  uint64_t bytes = 0;
  for (auto& row : rows.rows) {
    auto t = first + static_cast<tick>(number);
    packer.add(link_frame{1, ++number, lane.seal(t, row)});
    bytes += packer.take().size();
  }
  return static_cast<double>(bytes) / static_cast<double>(rows.samples);
}

/// What nothing may hide: links that ended, frames without an ack.
void print_faults(local_swarm& children) {
  children.drain();
  print_figure("unacked_frames",
               static_cast<double>(children.unacknowledged()));
  print_figure("lost_links", static_cast<double>(children.counts().links_lost));
  print_figure("keys_wanted",
               static_cast<double>(children.counts().keys_wanted));
}

/// Seconds at 1 Hz; samples per second of the parent's CPU.
double live(const node_process& parent, local_swarm& children, unsigned seconds,
            bool spread) {
  children.live(warm_seconds, spread);
  auto frames = children.counts().frames_sent;
  auto cpu = parent.cpu_seconds();
  children.live(seconds, spread);
  cpu = parent.cpu_seconds() - cpu;
  children.drain();
  auto samples = (children.counts().frames_sent - frames) * children.metrics();
  if (samples == 0)
    fail("no child could send:\n" + parent.log());
  return static_cast<double>(samples) / cpu;
}

void print_flood(const node_process& parent, local_swarm& children,
                 unsigned history) {
  auto idle_bytes = parent.private_bytes();
  auto to = static_cast<tick>(now_ms() / 1000) - 5;
  auto cpu = parent.cpu_seconds();
  auto wall
      = children.flood(to - history, to, flood_flight_bytes / children.size());
  settle(); // windows that wait for their block
  cpu = parent.cpu_seconds() - cpu;
  auto samples
      = static_cast<double>(children.counts().frames_sent) * children.metrics();
  print_figure("flood_samples_per_cpu_s", samples / cpu);
  print_figure("flood_samples_per_s", samples / wall);
  print_figure("parent_bytes_per_metric",
               static_cast<double>(parent.private_bytes() - idle_bytes)
                   / static_cast<double>(children.size() * children.metrics()));
}

void print_aligned(const node_process& parent, local_swarm& children,
                   unsigned seconds, const char* samples_key,
                   const char* bytes_key) {
  auto& counts = children.counts();
  auto bytes = counts.bytes_sent;
  auto frames = counts.frames_sent;
  print_figure(samples_key, live(parent, children, seconds, false));
  frames = counts.frames_sent - frames;
  print_figure(bytes_key,
               static_cast<double>(counts.bytes_sent - bytes)
                   / static_cast<double>(frames * children.metrics()));
}

void print_live(const node_process& parent, local_swarm& children,
                const arguments& flags) {
  auto seconds = flags.seconds == 0 ? live_seconds : flags.seconds;
  auto& counts = children.counts();
  counts.ack_ms.clear();
  print_aligned(parent, children, seconds, "live_samples_per_cpu_s",
                "wire_synthetic_plain_bytes_per_sample");
  print_figure("ack_p50_ms", counts.ack_ms.quantile(0.5));
  print_figure("ack_p99_ms", counts.ack_ms.quantile(0.99));
  print_figure("live_spread_samples_per_cpu_s",
               live(parent, children, seconds, true));
  visibility asked{parent.http_port(), to_string(children.first_host()),
                   "bench.chart0"};
  children.live(flags.get("visible", visible_seconds), false);
  auto delays = asked.stop();
  print_figure("visible_p50_ms", quantile(delays, 0.5));
  print_figure("visible_p99_ms", quantile(delays, 0.99));
}

/// Flood and 1 Hz over packed links.
void print_packed(const std::string& program, uint32_t count, uint32_t metrics,
                  unsigned history, unsigned seconds) {
  node_process parent{program};
  local_swarm children{count, metrics, parent.link_port(), link_codec::zstd};
  if (history > 0) {
    auto to = static_cast<tick>(now_ms() / 1000) - 5;
    auto cpu = parent.cpu_seconds();
    children.flood(to - history, to, flood_flight_bytes / children.size());
    settle();
    cpu = parent.cpu_seconds() - cpu;
    print_figure("flood_zstd_samples_per_cpu_s",
                 static_cast<double>(children.counts().frames_sent)
                     * children.metrics() / cpu);
  }
  print_aligned(parent, children, seconds, "live_zstd_samples_per_cpu_s",
                "wire_synthetic_bytes_per_sample");
}

void print_thin(const std::string& program, uint32_t count) {
  node_process parent{program};
  settle();
  auto idle = parent.private_bytes();
  local_swarm children{count, thin_metrics, parent.link_port(),
                       link_codec::zstd};
  children.live(warm_seconds, false);
  print_figure("parent_bytes_per_child",
               static_cast<double>(parent.private_bytes() - idle) / count);
}

/// A flood that goes as far as the parent's own credit lets it.
void print_full_credit(const std::string& program, uint32_t count,
                       uint32_t metrics, unsigned history) {
  node_process parent{program};
  local_swarm children{count, metrics, parent.link_port()};
  auto to = static_cast<tick>(now_ms() / 1000) - 5;
  children.flood(to - history, to, std::numeric_limits<size_t>::max());
  print_figure("flood_credit_lost_links",
               static_cast<double>(children.counts().links_lost));
  print_figure("flood_credit_peak_mb",
               static_cast<double>(parent.peak_bytes()) / 1e6);
}

/// The same over TLS; and what live children see of thousands that come back
/// at once, whose handshakes are the dear part of it.
void print_tls(const std::string& program, uint32_t count, uint32_t metrics,
               const arguments& flags) {
  auto seconds = flags.seconds == 0 ? live_seconds : flags.seconds;
  node_process parent{program, {true}};
  local_swarm children{count, metrics, parent.link_port(), link_codec::none,
                       parent.certificate()};
  if (auto history = flags.get("history", history_seconds); history > 0) {
    auto to = static_cast<tick>(now_ms() / 1000) - 5;
    children.flood(to - history, to, flood_flight_bytes / children.size());
    settle();
  }
  auto& counts = children.counts();
  counts.ack_ms.clear();
  print_figure("live_tls_samples_per_cpu_s",
               live(parent, children, seconds, false));
  print_figure("ack_tls_p99_ms", counts.ack_ms.quantile(0.99));
  auto thousands = flags.get("reconnecting", reconnecting_children);
  load::allow_sockets(thousands + count);
  counts.ack_ms.clear();
  std::thread others{[&] {
    auto begin = now_ms();
    local_swarm back{thousands,        thin_metrics,         parent.link_port(),
                     link_codec::none, parent.certificate(), count};
    print_figure("reconnect_tls_s", (now_ms() - begin) / 1e3);
    back.live(warm_seconds, false);
  }};
  children.live(reconnect_seconds, false);
  others.join();
  children.drain();
  print_figure("ack_reconnect_p99_ms", counts.ack_ms.quantile(0.99));
  print_figure("lost_links", static_cast<double>(counts.links_lost));
}

/// Ten times as many links for the same samples.
void print_many(const std::string& program, const arguments& flags) {
  node_process parent{program};
  auto count = flags.get("many", many_children);
  load::allow_sockets(count);
  local_swarm children{count, many_metrics, parent.link_port()};
  auto seconds = flags.seconds == 0 ? live_seconds : flags.seconds;
  print_figure("live_many_samples_per_cpu_s",
               live(parent, children, seconds, false));
  print_figure("lost_links", static_cast<double>(children.counts().links_lost));
}

/// From a tick until the node three links above has it.
void print_hops(const std::string& program, const arguments& flags) {
  node_process top{program};
  node_process upper{program, {false, top.link_port()}};
  node_process lower{program, {false, upper.link_port()}};
  local_swarm children{1, flags.get("metrics", 1000), lower.link_port(),
                       link_codec::zstd};
  children.live(warm_seconds, false);
  visibility asked{top.http_port(), to_string(children.first_host()),
                   "bench.chart0"};
  children.live(flags.get("visible", visible_seconds), false);
  auto delays = asked.stop();
  print_figure("visible_3hops_p50_ms", quantile(delays, 0.5));
  print_figure("visible_3hops_p99_ms", quantile(delays, 0.99));
}

/// What live children and the parent's memory see of them.
void print_strangers(const std::string& program, uint32_t count,
                     uint32_t metrics) {
  node_process parent{program};
  local_swarm children{count, metrics, parent.link_port()};
  auto& counts = children.counts();
  children.live(warm_seconds, false);
  counts.ack_ms.clear();
  children.live(strangers_seconds, false);
  print_figure("ack_quiet_p99_ms", counts.ack_ms.quantile(0.99));
  load::allow_sockets(slow_strangers_count + count);
  children.drain(); // no ack waits unread while the strangers connect
  auto before = parent.private_bytes();
  counts.ack_ms.clear();
  slow_strangers strangers{parent.link_port(), slow_strangers_count};
  children.live(strangers_seconds, false);
  children.drain();
  print_figure("ack_strangers_p99_ms", counts.ack_ms.quantile(0.99));
  print_figure("parent_strangers_bytes",
               static_cast<double>(parent.private_bytes() - before));
  print_figure("lost_links", static_cast<double>(counts.links_lost));
}

void run_once(const arguments& flags) {
  std::string program = TRIBUTARY_PROGRAM;
  auto count = flags.get("children", 200);
  auto metrics = flags.get("metrics", 1000);
  auto history = flags.get("history", history_seconds);
  {
    node_process parent{program};
    settle();
    local_swarm children{count, metrics, parent.link_port()};
    if (history > 0)
      print_flood(parent, children, history);
    print_live(parent, children, flags);
    print_faults(children);
    if (children.counts().links_lost > 0)
      fprintf(stderr, "%s\n", parent.log().c_str());
  }
  print_packed(program, count, metrics, history,
               flags.seconds == 0 ? live_seconds : flags.seconds);
  print_thin(program, count);
  print_tls(program, count, metrics, flags);
  print_many(program, flags);
  print_hops(program, flags);
  print_strangers(program, count, metrics);
  if (history > 0)
    print_full_credit(program, count, metrics, history);
}

void run(const arguments& flags) {
  if (!flags.data.empty()) {
    auto rows = rows_of(read_fixed_set(flags.data), series_choice::all);
    print_figure("wire_proc_plain_bytes_per_sample",
                 link_bytes_per_sample(rows, run_packer{}));
    for (auto codec : {link_codec::zstd, link_codec::lz4})
      print_figure(codec == link_codec::zstd ? "wire_proc_bytes_per_sample"
                                             : "wire_proc_lz4_bytes_per_sample",
                   link_bytes_per_sample(
                       rows, run_packer{codec, 1, link_run_bytes_max}));
  }
  for (unsigned i = 0; i < flags.runs; ++i)
    run_once(flags);
}

} // namespace

} // namespace tributary::bench

int main(int argc, char** argv) {
  using namespace tributary::bench;
  return run_program(parse_arguments(argc, argv,
                                     {"children", "metrics", "history",
                                      "visible", "reconnecting", "many"}),
                     run);
}
