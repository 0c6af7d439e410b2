#include "actors/http/node_metrics.hpp"

#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

#include "actors/http/number_text.hpp"

namespace tributary {

namespace {

constexpr double seconds_per_us = 1e-6;
constexpr double seconds_per_ns = 1e-9;

struct node_metric {
  const char* name;
  const char* type;
  const char* help;
  figure node_figures::*value;
  double factor;
};

using figures = node_figures;

/// The visible table of `/metrics`; names are without `tributary_`.
constexpr node_metric node_metrics[] = {
    {"frames_sealed_total", "counter",
     "Frames sealed for this node's own host.", &figures::frames_sealed, 1},
    {"samples_collected_total", "counter", "Values in the frames sealed here.",
     &figures::samples_collected, 1},
    {"frames_refused_total", "counter",
     "Frames of this node's own host that the store had no room for.",
     &figures::frames_refused, 1},
    {"frames_received_total", "counter", "Frames admitted from children.",
     &figures::frames_received, 1},
    {"samples_received_total", "counter", "Values in the frames from children.",
     &figures::samples_received, 1},
    {"frames_sent_total", "counter", "Frames handed to links upwards.",
     &figures::frames_sent, 1},
    {"frames_acknowledged_total", "counter",
     "Frames that a parent has acknowledged.", &figures::acked_frames, 1},
    {"link_sent_bytes_total", "counter", "Bytes written to links.",
     &figures::bytes_sent, 1},
    {"link_received_bytes_total", "counter", "Bytes read from links.",
     &figures::bytes_received, 1},
    {"link_sent_saved_bytes_total", "counter",
     "Bytes that compression kept off links that this node sends on.",
     &figures::bytes_saved_sent, 1},
    {"link_received_saved_bytes_total", "counter",
     "Bytes that compression kept off links that this node reads.",
     &figures::bytes_saved_received, 1},
    {"link_requests_sent_total", "counter",
     "Requests sent to nodes below, of this node and of those above.",
     &figures::requests_sent, 1},
    {"link_requests_received_total", "counter",
     "Requests that came from parents.", &figures::requests_received, 1},
    {"link_late_replies_total", "counter",
     "Pieces of replies that came when nobody waited any more.",
     &figures::late_replies, 1},
    {"commits_total", "counter", "Transactions that the store has committed.",
     &figures::commits, 1},
    {"commit_seconds_total", "counter", "Time spent committing.",
     &figures::commit_us, seconds_per_us},
    {"journal_bytes", "gauge", "Bytes that the journal holds.",
     &figures::journal_bytes, 1},
    {"missed_ticks_total", "counter",
     "Seconds that a collector did not get to in time.", &figures::missed_ticks,
     1},
    {"dropped_ticks_total", "counter",
     "Seconds of the own host that a node without a history has dropped.",
     &figures::dropped_ticks, 1},
    {"clones_refused_total", "counter",
     "Links and hosts refused as another one lives with their machine GUID.",
     &figures::clones_refused, 1},
    {"clock_steps_total", "counter", "Steps of the wall clock.",
     &figures::clock_steps, 1},
    {"hosts", "gauge", "Hosts known here, the own one included.",
     &figures::hosts, 1},
    {"links_up", "gauge", "Links to parents and children that are up.",
     &figures::links_up, 1},
    {"links_down", "gauge", "Parents that should have a link and have none.",
     &figures::links_down, 1},
};

struct actor_metric {
  const char* name;
  const char* type;
  const char* help;
  uint64_t actor_kind_totals::*value;
  double factor;
};

constexpr actor_metric actor_metrics[] = {
    {"actors", "gauge", "Living actors by kind.", &actor_kind_totals::living,
     1},
    {"actor_waiting_messages", "gauge", "Messages that wait, by kind of actor.",
     &actor_kind_totals::mailbox_depth, 1},
    {"actor_messages_total", "counter", "Messages handled, by kind of actor.",
     &actor_kind_totals::handled, 1},
    {"actor_busy_seconds_total", "counter",
     "Time that actors have run, by kind.", &actor_kind_totals::busy_ns,
     seconds_per_ns},
};

void append_head(std::string& out, const std::string& name, const char* type,
                 const char* help) {
  out += "# HELP " + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
}

void append_sample(std::string& out, const std::string& name, double value) {
  out += name + ' ';
  append_number(out, value);
  out += '\n';
}

} // namespace

process_usage read_process_usage() {
  process_usage result;
  rusage used{};
  if (getrusage(RUSAGE_SELF, &used) == 0) {
    auto seconds = [](const timeval& x) {
      return static_cast<double>(x.tv_sec)
             + static_cast<double>(x.tv_usec) * seconds_per_us;
    };
    result.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  }
  std::ifstream in{"/proc/self/statm"};
  uint64_t pages = 0;
  uint64_t resident = 0;
  if (in >> pages >> resident)
    result.resident_bytes
        = resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return result;
}

std::string
render_node_metrics(const std::string& version, const node_figures& figures,
                    const std::map<std::string, actor_kind_totals>& actors,
                    const process_usage& usage) {
  std::string out;
  append_head(out, "tributary_build_info", "gauge",
              "Always 1; the label tells the version.");
  out += "tributary_build_info{version=\"" + version + "\"} 1\n";
  for (auto& x : node_metrics) {
    auto name = std::string{"tributary_"} + x.name;
    append_head(out, name, x.type, x.help);
    auto value = (figures.*x.value).load(std::memory_order_relaxed);
    append_sample(out, name, static_cast<double>(value) * x.factor);
  }
  for (auto& x : actor_metrics) {
    auto name = std::string{"tributary_"} + x.name;
    append_head(out, name, x.type, x.help);
    for (auto& [kind, totals] : actors)
      append_sample(out, name + "{kind=\"" + kind + "\"}",
                    static_cast<double>(totals.*x.value) * x.factor);
  }
  append_head(out, "process_cpu_seconds_total", "counter",
              "CPU time of the process.");
  append_sample(out, "process_cpu_seconds_total", usage.cpu_seconds);
  append_head(out, "process_resident_memory_bytes", "gauge",
              "Memory of the process.");
  append_sample(out, "process_resident_memory_bytes",
                static_cast<double>(usage.resident_bytes));
  return out;
}

} // namespace tributary
