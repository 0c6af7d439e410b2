/// Figures of the HTTP API: what an answer costs a parent.
///
///   bench_http [--runs N] [--metrics N] [--requests N]
///
/// One child has filled the parent with its history; nothing else goes on while
/// answers are asked for, so that the CPU time of the process is theirs: tables
/// on eight connections at a time, as a page does, the others one by one.

#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include <unistd.h>

#include "tests/bench/figures.hpp"
#include "tests/bench/local_swarm.hpp"
#include "tests/bench/node_process.hpp"

namespace tributary::bench {

namespace {

/// A window and more, so that a table has stored rows and hot ones.
constexpr unsigned history_seconds = 900;

constexpr uint32_t metrics_default = 20'000;

/// Peers were measured with as many.
constexpr size_t connections = 8;
constexpr uint32_t table_metrics = 5000;

/// What is asked of the parent, and the figure that it gives.
struct question {
  const char* key;
  std::string path;
  const char* fields;
};

class asked_parent {
public:
  explicit asked_parent(uint32_t metrics)
      : parent_(TRIBUTARY_PROGRAM),
        children_(1, metrics, parent_.link_port()),
        next_(static_cast<tick>(now_ms() / 1000) - history_seconds) {
    send(history_seconds - 5);
    for (size_t i = 0; i < connections; ++i)
      sockets_.push_back(connect_to(parent_.http_port()));
    settle();
  }

  asked_parent(const asked_parent&) = delete;
  asked_parent& operator=(const asked_parent&) = delete;

  ~asked_parent() {
    for (auto x : sockets_)
      close(x);
  }

  std::string prefix() const {
    return "/host/" + to_string(children_.first_host());
  }

  /// Requests per second of the parent's CPU, on all connections at a time.
  void print_rate(const question& what, unsigned requests) {
    auto bytes = ask(what);
    auto rounds = std::max<size_t>(requests / connections, 1);
    auto cpu = parent_.cpu_seconds();
    for (size_t i = 0; i < rounds; ++i) {
      for (auto x : sockets_)
        http_send(x, what.path, what.fields);
      for (auto x : sockets_)
        if (http_receive(x).size() != bytes)
          fail("an answer is of another size");
    }
    cpu = parent_.cpu_seconds() - cpu;
    print_figure(what.key, static_cast<double>(rounds * connections) / cpu);
  }

  /// Milliseconds of the parent's CPU for one answer.
  void print_cost(const question& what, unsigned requests) {
    settle();
    send(1); // what has not come lately is left out of all metrics
    auto bytes = ask(what);
    auto cpu = parent_.cpu_seconds();
    for (unsigned i = 0; i < requests; ++i)
      if (ask(what) < bytes / 2)
        fail("an answer is short");
    cpu = parent_.cpu_seconds() - cpu;
    print_figure(what.key, cpu * 1e3 / requests);
  }

private:
  void send(unsigned ticks) {
    children_.flood(next_, next_ + ticks, std::numeric_limits<size_t>::max());
    next_ += ticks;
    if (children_.counts().links_lost > 0)
      fail("the child was lost:\n" + parent_.log());
  }

  /// Windows close and commits go on for a while after samples came, which is
  /// not what answers cost.
  void settle() {
    constexpr auto pause = std::chrono::milliseconds(500);
    constexpr int pauses_max = 60;
    auto before = parent_.cpu_seconds();
    for (int i = 0; i < pauses_max; ++i) {
      std::this_thread::sleep_for(pause);
      auto now = parent_.cpu_seconds();
      if (now - before < 0.02)
        return;
      before = now;
    }
    fail("the parent does not come to rest");
  }

  size_t ask(const question& what) {
    auto answer = http_get(sockets_.front(), what.path, what.fields);
    if (answer.empty())
      fail("no answer to " + what.path);
    return answer.size();
  }

  node_process parent_;
  local_swarm children_;
  tick next_;
  std::vector<int> sockets_;
};

void print_tables(unsigned requests) {
  asked_parent parent{table_metrics};
  parent.print_rate({"http_table_requests_per_cpu_s",
                     parent.prefix()
                         + "/api/v1/data?chart=bench.chart0&after=-600"
                           "&points=600",
                     ""},
                    requests);
}

void print_answers(uint32_t metrics, unsigned requests) {
  asked_parent parent{metrics};
  auto api = parent.prefix() + "/api/v1/";
  auto prometheus = api + "allmetrics?format=prometheus";
  const question questions[] = {
      {"http_prometheus_ms", prometheus + "&data=as-collected", ""},
      {"http_prometheus_average_ms", prometheus, ""},
      {"http_prometheus_gzip_ms", prometheus + "&data=as-collected",
       "Accept-Encoding: gzip\r\n"},
      {"http_charts_ms", api + "charts", ""},
  };
  for (auto& x : questions)
    parent.print_cost(x, requests);
}

void run(const arguments& flags) {
  auto requests = flags.get("requests", 200);
  for (unsigned i = 0; i < flags.runs; ++i) {
    print_tables(requests * 40);
    print_answers(flags.get("metrics", metrics_default), requests);
  }
}

} // namespace

} // namespace tributary::bench

int main(int argc, char** argv) {
  using namespace tributary::bench;
  return run_program(parse_arguments(argc, argv, {"metrics", "requests"}), run);
}
