#include "actors/http/node_metrics.hpp"

#include <catch2/catch.hpp>

using namespace tributary;

namespace {

bool contains(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

} // namespace

TEST_CASE("the node's figures are shown in base units", "[http]") {
  node_figures figures;
  figures.commits = 7;
  figures.clones_refused = 3;
  figures.commit_us = 2'500'000;
  auto text = render_node_metrics("1.2.3", figures,
                                  {{"session", {2, 3, 100, 1'500'000'000}}},
                                  {0.25, 4096});
  for (auto line :
       {"tributary_build_info{version=\"1.2.3\"} 1\n",
        "# TYPE tributary_commits_total counter\ntributary_commits_total 7\n",
        "tributary_commit_seconds_total 2.5\n",
        "tributary_clones_refused_total 3\n",
        "tributary_actors{kind=\"session\"} 2\n",
        "tributary_actor_waiting_messages{kind=\"session\"} 3\n",
        "tributary_actor_messages_total{kind=\"session\"} 100\n",
        "tributary_actor_busy_seconds_total{kind=\"session\"} 1.5\n",
        "process_cpu_seconds_total 0.25\n",
        "process_resident_memory_bytes 4096\n"}) {
    INFO(line);
    CHECK(contains(text, line));
  }
}

TEST_CASE("the kernel tells what the process uses", "[http]") {
  auto x = read_process_usage();
  CHECK(x.cpu_seconds > 0);
  CHECK(x.resident_bytes > 1 << 20);
}
