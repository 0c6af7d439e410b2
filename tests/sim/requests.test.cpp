/// Commands that a node's shell gives to nodes below, over links.

#include <catch2/catch.hpp>

#include "tests/support/sim_checks.hpp"

using namespace tributary;
using Catch::Contains;
using Catch::StartsWith;

namespace {

/// Above all that a request may take.
constexpr int64_t answer_ms_max = 10'000;

/// `top`, `relay` and `leaf`, connected.
void join_three(sim_cluster& cluster) {
  add_chain(cluster);
  cluster.step_seconds(30);
}

std::vector<std::string> words_in(const std::string& line) {
  std::vector<std::string> result;
  for (size_t at = 0; at < line.size();) {
    auto end = std::min(line.find(' ', at), line.size());
    result.push_back(line.substr(at, end - at));
    at = end + 1;
  }
  return result;
}

std::string told(sim_cluster& cluster, const std::string& node,
                 const std::string& line) {
  auto answer = cluster.ask_shell(node, words_in(line));
  for (int64_t waited = 0; answer->empty() && waited < answer_ms_max;
       waited += 50)
    cluster.step(50);
  return *answer;
}

} // namespace

TEST_CASE("the top of a chain asks each node below it", "[sim]") {
  sim_cluster cluster{61};
  join_three(cluster);
  auto leaf = to_string(cluster.id_of("leaf"));
  auto relay = to_string(cluster.id_of("relay"));
  CHECK_THAT(told(cluster, "top", "on relay status"), Contains(relay));
  for (auto path : {std::string{"leaf"}, std::string{"relay/leaf"}, leaf,
                    relay + "/" + leaf, std::string{"top/relay/leaf"}}) {
    INFO(path);
    auto status = told(cluster, "top", "on " + path + " status");
    CHECK_THAT(status, StartsWith("{\"node\":"));
    CHECK_THAT(status, Contains(leaf));
  }
  for (auto command : {"actors", "charts", "help", "hosts", "links", "store"})
    CHECK_THAT(told(cluster, "top", std::string{"on leaf "} + command),
               StartsWith("{\""));
  CHECK_THAT(told(cluster, "top", "on leaf actors writer"),
             Contains("\"writer\"") && !Contains("\"reader\""));
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("values of a node below are asked for over links", "[sim]") {
  sim_cluster cluster{62};
  join_three(cluster);
  auto query = std::string{"query chart=sim.gauges&after=1700000010"
                           "&before=1700000015&format=csv"};
  auto at_leaf = told(cluster, "leaf", query);
  CHECK_THAT(at_leaf, StartsWith("time,"));
  CHECK(told(cluster, "top", "on leaf " + query) == at_leaf);
  CHECK(told(cluster, "top", "on leaf query chart=none")
        == told(cluster, "leaf", "query chart=none")
               .insert(std::string{"not_found: "}.size(), "leaf: "));
  CHECK_THAT(told(cluster, "top", "on leaf query after=x&chart=y"),
             StartsWith("bad_request: leaf: "));
}

TEST_CASE("nobody above changes a node", "[sim]") {
  sim_cluster cluster{63};
  join_three(cluster);
  for (auto command : {"kill writer", "backup", "backup /x", "forget",
                       "forget leaf --yes", "on leaf status"}) {
    INFO(command);
    auto word = words_in(command).front();
    CHECK(told(cluster, "top", std::string{"on leaf "} + command)
          == "denied: leaf: " + word + " is for this node's own shell only");
  }
  CHECK(told(cluster, "top", "on leaf dance")
        == "not_found: leaf: there is no command 'dance'; try help");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("who can't be asked is named with the reason", "[sim]") {
  sim_cluster cluster{64};
  join_three(cluster);
  CHECK(told(cluster, "top", "on nobody status")
        == "not_found: no node is known as nobody");
  CHECK(told(cluster, "top", "on relay/nobody status")
        == "not_found: relay: no node is known as nobody");
  CHECK_THAT(told(cluster, "leaf", "on top status"), StartsWith("not_found"));
  CHECK(told(cluster, "top", "on leaf")
        == "bad_request: on NODE[/NODE...] COMMAND");
  cluster.crash("leaf");
  cluster.step_seconds(3);
  CHECK_THAT(told(cluster, "top", "on leaf status"),
             StartsWith("disconnected: ")
                 && Contains("node leaf is not connected"));
  CHECK_THAT(told(cluster, "top", "on relay/leaf status"),
             StartsWith("disconnected: relay: node leaf is not connected"));
}

TEST_CASE("each node on the way keeps to its own rule", "[sim]") {
  sim_cluster cluster{65};
  join_three(cluster);
  cluster.reload("leaf", [](node_options& x) {
    x.sender.answer_requests = request_rule::query;
  });
  CHECK_THAT(told(cluster, "top", "on leaf status"),
             StartsWith("denied: leaf: ") && Contains("switched off"));
  CHECK_THAT(told(cluster, "top", "on leaf query chart=sim.gauges"),
             StartsWith("{"));
  cluster.reload("relay", [](node_options& x) {
    x.receiver.api_keys.at(0).pass_requests = request_rule::introspect;
  });
  CHECK_THAT(told(cluster, "top", "on leaf query chart=sim.gauges"),
             StartsWith("denied: relay: 'pass requests'"));
  // Its own shell is no node above.
  CHECK_THAT(told(cluster, "relay", "on leaf query chart=sim.gauges"),
             StartsWith("{"));
  cluster.reload("relay", [](node_options& x) {
    x.sender.answer_requests = request_rule::no;
  });
  CHECK_THAT(told(cluster, "top", "on leaf status"),
             StartsWith("denied: relay: ") && Contains("switched off"));
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a request that comes round is refused", "[sim]") {
  sim_cluster cluster{66};
  cluster.add_node("a", {{"b"}});
  cluster.add_node("b", {{"a"}});
  cluster.step_seconds(40);
  CHECK_THAT(told(cluster, "a", "on b status"), StartsWith("{"));
  CHECK(told(cluster, "a", "on b/a status")
        == "loop: a: the request was here before");
  std::string path = "b";
  for (size_t i = 1; i < request_nodes_max; ++i)
    path += "/x";
  CHECK_THAT(told(cluster, "a", "on " + path + " status"),
             StartsWith("too_large: more than 16 nodes"));
}

TEST_CASE("a leaf that hangs is named by the node above it, in time, and holds "
          "nobody else up",
          "[sim]") {
  sim_cluster cluster{67};
  join_three(cluster);
  cluster.add_node("other", {{"relay"}});
  cluster.step_seconds(30);
  cluster.crash("leaf", true);
  auto begin = cluster.now_ms();
  auto hangs = cluster.ask_shell("top", {"on", "leaf", "status"});
  CHECK_THAT(told(cluster, "top", "on other status"), StartsWith("{"));
  CHECK(cluster.now_ms() - begin < 2000);
  CHECK(hangs->empty());
  while (hangs->empty() && cluster.now_ms() - begin < answer_ms_max)
    cluster.step(50);
  CHECK(*hangs == "timed_out: relay: leaf does not answer in time");
  CHECK(cluster.now_ms() - begin >= 7000);
  CHECK(cluster.now_ms() - begin <= 8000);
}

TEST_CASE("the end of a link answers what waits on it", "[sim]") {
  sim_cluster cluster{68};
  join_three(cluster);
  cluster.network().stall("relay", "leaf");
  auto waits = cluster.ask_shell("top", {"on", "leaf", "status"});
  cluster.step(500);
  CHECK(waits->empty());
  cluster.network().heal();
  cluster.crash("leaf");
  for (int i = 0; waits->empty() && i < 40; ++i)
    cluster.step(50);
  CHECK_THAT(*waits, StartsWith("disconnected: relay: the link to leaf ended"));
}

TEST_CASE("requests on a link are bounded, and one that ends makes room",
          "[sim]") {
  sim_cluster cluster{69};
  join_three(cluster);
  cluster.network().stall("top", "relay");
  std::vector<std::shared_ptr<const std::string>> waiting;
  for (size_t i = 0; i < requests_max; ++i)
    waiting.push_back(cluster.ask_shell("top", {"on", "relay", "status"}));
  CHECK_THAT(told(cluster, "top", "on relay status"),
             StartsWith("busy: relay: 8 requests wait"));
  cluster.network().heal();
  cluster.step_seconds(5);
  for (auto& x : waiting)
    CHECK_THAT(*x, StartsWith("{"));
  CHECK_THAT(told(cluster, "top", "on relay status"), StartsWith("{"));
}

TEST_CASE("a node with several parents answers each of them", "[sim]") {
  sim_cluster cluster{71};
  cluster.add_node("first");
  cluster.add_node("second");
  sim_plan plan{{"first", "second"}};
  plan.parents_mode = stream_mode::all;
  cluster.add_node("leaf", plan);
  cluster.step_seconds(100);
  auto leaf = to_string(cluster.id_of("leaf"));
  for (auto parent : {"first", "second"})
    CHECK_THAT(told(cluster, parent, "on leaf status"), Contains(leaf));
  cluster.expects_restarts = true;
  REQUIRE(cluster.kill("leaf", "introspection"));
  cluster.step_seconds(30);
  for (auto parent : {"first", "second"})
    CHECK_THAT(told(cluster, parent, "on leaf status"), Contains(leaf));
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("an answer that comes too late is dropped and counted", "[sim]") {
  sim_cluster cluster{72};
  join_three(cluster);
  auto answer = cluster.ask_shell("top", {"on", "relay", "status"});
  for (int i = 0; cluster.figures_of("relay").requests_received == 0 && i < 999;
       ++i)
    cluster.step(1);
  cluster.network().stall("top", "relay"); // the answer is on its way
  for (int64_t waited = 0; answer->empty() && waited < answer_ms_max;
       waited += 50)
    cluster.step(50);
  CHECK(*answer == "timed_out: relay does not answer in time");
  cluster.network().heal();
  cluster.step_seconds(5);
  auto& figures = cluster.figures_of("top");
  CHECK(figures.requests_sent == 1);
  CHECK(figures.late_replies == 1);
  CHECK_THAT(told(cluster, "top", "on relay status"), StartsWith("{"));
  CHECK(figures.late_replies == 1);
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("introspection that is started again answers parents", "[sim]") {
  sim_cluster cluster{70};
  join_three(cluster);
  cluster.expects_restarts = true;
  for (auto actor : {"introspection", "uplink"}) {
    REQUIRE(cluster.kill("leaf", actor));
    cluster.step_seconds(30);
    CHECK_THAT(told(cluster, "top", "on leaf status"), StartsWith("{"));
  }
}
