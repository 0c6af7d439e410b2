#include "actors/collect/self_activity.hpp"

#include "tests/actors/collect/captures.hpp"

using namespace tributary;

namespace {

link_status link(uint64_t id, const char* peer, link_side side) {
  link_status result;
  result.id = id;
  result.peer = peer;
  result.side = side;
  result.state = "open";
  result.updated_ms = 103'000;
  result.acked = 100;
  result.bytes_received = 2048;
  result.bytes_sent = 1024;
  result.live.in_flight_bytes = 512;
  return result;
}

} // namespace

TEST_CASE("actors are summed up by kind", "[collect]") {
  actor_directory actors;
  std::vector<std::shared_ptr<actor_figures>> kept;
  uint64_t id = 0;
  for (auto name : {"collector a", "collector b", "writer", "stranger"}) {
    auto figures = actors.add(++id, {nullptr, name, "node"}, {});
    figures->received = 10;
    figures->handled = 7;
    figures->busy_ns = 1000;
    kept.push_back(figures);
  }
  actors.remove(1, "");
  readings_type readings;
  actor_charts{}.sample(actors, readings);
  auto of = [&](const char* chart, std::string_view kind) {
    auto& kinds = actor_charts::kinds;
    auto at = std::find(kinds.begin(), kinds.end(), kind) - kinds.begin();
    return values(readings, chart).at(static_cast<size_t>(at));
  };
  CHECK(of("tributary.actors_messages", "collector") == 14);
  CHECK(of("tributary.actors_messages", "writer") == 7);
  CHECK(of("tributary.actors_messages", "other") == 7);
  CHECK(of("tributary.actors_busy", "collector") == 2000);
  CHECK(of("tributary.actors_mailbox", "collector") == 3);
  CHECK(of("tributary.actors_mailbox", "session") == 0);
}

TEST_CASE("a link has charts under its peer's name", "[collect]") {
  link_charts charts;
  readings_type readings;
  charts.sample({link(1, "top", link_side::to_parent),
                 link(2, "leaf one", link_side::from_child)},
                readings);
  CHECK(chart_ids(readings)
        == std::vector<std::string>{"tributary.link_traffic_parent_top",
                                    "tributary.link_lag_parent_top",
                                    "tributary.link_flight_parent_top",
                                    "tributary.link_traffic_child_leaf_one",
                                    "tributary.link_lag_child_leaf_one",
                                    "tributary.link_flight_child_leaf_one"});
  CHECK(values(readings, "tributary.link_traffic_parent_top")
        == values_type{2048, 1024});
  CHECK(values(readings, "tributary.link_lag_parent_top") == values_type{3000});
  CHECK(values(readings, "tributary.link_flight_parent_top")
        == values_type{512, 0});
  CHECK(readings[0].chart->context == "tributary.link_traffic");
  readings_type next;
  charts.sample({link(3, "top", link_side::to_parent)}, next);
  CHECK(next[0].chart == readings[0].chart);
}

TEST_CASE("links without a name, ended ones and twins have no charts",
          "[collect]") {
  link_charts charts;
  readings_type readings;
  auto ended = link(2, "gone", link_side::from_child);
  ended.state = "ended";
  charts.sample({link(1, "", link_side::from_child), ended,
                 link(3, "leaf", link_side::from_child),
                 link(4, "leaf", link_side::from_child)},
                readings);
  CHECK(readings.size() == 3);
}

TEST_CASE("nothing durable is a gap of the lag, not a lag of 0", "[collect]") {
  link_charts charts;
  readings_type readings;
  auto fresh = link(1, "leaf", link_side::from_child);
  fresh.acked = 0;
  charts.sample({fresh}, readings);
  CHECK(values(readings, "tributary.link_lag_child_leaf")
        == values_type{std::nullopt});
}

TEST_CASE("peers beyond the bound have no charts of their own", "[collect]") {
  link_charts charts;
  std::vector<link_status> links;
  std::vector<std::string> names;
  for (size_t i = 0; i < link_charts::peers_max + 5; ++i)
    links.push_back(link(i + 1, ("leaf-" + std::to_string(i)).c_str(),
                         link_side::from_child));
  readings_type readings;
  charts.sample(links, readings);
  CHECK(readings.size() == 3 * link_charts::peers_max);
  // Newcomers have charts again once others are gone for a round.
  for (auto& x : links)
    x.peer += "-again";
  for (int round = 0; round < 3; ++round) {
    readings.clear();
    charts.sample(links, readings);
  }
  CHECK(readings.size() == 3 * link_charts::peers_max);
}
