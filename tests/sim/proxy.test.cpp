/// Relays that stream the hosts of some keys elsewhere, or nowhere.

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/support/sim_checks.hpp"

using namespace tributary;

namespace {

const guid other_key = guid::from_words(2, 2);

api_key_section section_of(const guid& key, proxy_rules proxy) {
  api_key_section result;
  result.key = key;
  result.enabled = true;
  result.proxy = std::move(proxy);
  return result;
}

proxy_rules to(const std::string& parent) {
  return {true,
          std::vector<destination>{{transport::tcp, parent, {}, {}, false}},
          {}};
}

const proxy_rules nowhere{false, {}, {}};

/// `common` and `special` stream to `relay`, `special` with a key of its own;
/// `relay` streams to `top`.
void add_nodes(sim_cluster& cluster, proxy_rules proxy) {
  cluster.add_node("top");
  cluster.add_node("side");
  sim_plan relay{{"top"}};
  relay.keys.push_back(section_of(other_key, std::move(proxy)));
  cluster.add_node("relay", relay);
  cluster.add_node("common", {{"relay"}});
  sim_plan special{{"relay"}};
  special.key = other_key;
  cluster.add_node("special", special);
}

/// `leaf` streams to `one` and `other`, which stream to `middle`, each with its
/// key; `middle` streams what comes over `one` to `top`, the rest to `side`.
void add_two_ways(sim_cluster& cluster, stream_mode mode) {
  cluster.add_node("top");
  cluster.add_node("side");
  sim_plan middle{{"top"}};
  middle.keys.push_back(section_of(other_key, to("side")));
  cluster.add_node("middle", middle);
  cluster.add_node("one", {{"middle"}});
  sim_plan other{{"middle"}};
  other.key = other_key;
  cluster.add_node("other", other);
  sim_plan leaf{{"one", "other"}};
  leaf.parents_mode = mode;
  cluster.add_node("leaf", leaf);
}

bool has(sim_cluster& cluster, const std::string& node,
         const std::string& host) {
  auto hosts = cluster.hosts_of(node);
  return std::any_of(hosts.begin(), hosts.end(), [&](auto& x) {
    return x.definition.id == cluster.id_of(host);
  });
}

void change(sim_cluster& cluster, const proxy_rules& proxy) {
  cluster.reload("relay", [&](node_options& options) {
    for (auto& x : options.receiver.api_keys)
      if (x.key == other_key)
        x.proxy = proxy;
  });
}

} // namespace

TEST_CASE("hosts of a key go to parents of their own", "[sim]") {
  sim_cluster cluster{91};
  add_nodes(cluster, to("side"));
  cluster.step_seconds(200);
  cluster.crash("relay", true);
  cluster.step_seconds(30);
  cluster.start("relay"); // the store knows the key of each host
  cluster.step_seconds(100);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "common", "top", "common")) == "");
  // The relay may have lost what it had not committed and the top has.
  CHECK(joined(check_arrived(cluster, "relay", "top", "relay")) == "");
  CHECK(joined(check_equal(cluster, "special", "side", "special")) == "");
  CHECK_FALSE(has(cluster, "top", "special"));
  CHECK_FALSE(has(cluster, "side", "common"));
  CHECK_FALSE(has(cluster, "side", "relay"));
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("hosts of a key stay where they are", "[sim]") {
  sim_cluster cluster{92};
  add_nodes(cluster, nowhere);
  cluster.step_seconds(200);
  CHECK(has(cluster, "top", "common"));
  CHECK_FALSE(has(cluster, "top", "special"));
  CHECK(has(cluster, "relay", "special"));
  auto link = cluster.figures_of("relay").links.list().at(0);
  CHECK(link.owed_ticks == 0); // what nobody is sent is not shown as owed
  cluster.settle(30);
  CHECK(joined(check_equal(cluster, "special", "relay", "special")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a reload sends hosts another way, with all of their past", "[sim]") {
  sim_cluster cluster{93};
  add_nodes(cluster, nowhere);
  cluster.step_seconds(150);
  change(cluster, {});
  cluster.step_seconds(150);
  CHECK(has(cluster, "top", "special"));
  change(cluster, to("side"));
  cluster.step_seconds(150);
  CHECK(has(cluster, "side", "special"));
  auto newest = [&](const std::string& node) {
    return cluster.values(node, "special").rbegin()->first;
  };
  CHECK(newest("side") > newest("top") + 100);
  CHECK(cluster.network().open_links("relay", "top") == 1);
  CHECK(cluster.network().open_links("relay", "side") == 1);
  change(cluster, {});
  cluster.step_seconds(60);
  CHECK(cluster.network().open_links("relay", "side") == 0);
  cluster.settle();
  // No tick is missing from the time that it went elsewhere.
  CHECK(joined(check_equal(cluster, "special", "top", "special")) == "");
  CHECK(joined(check_equal(cluster, "common", "top", "common")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a link that no host leaves is not touched by a reload", "[sim]") {
  sim_cluster cluster{94};
  add_nodes(cluster, to("side"));
  cluster.step_seconds(60);
  auto since = [&](const std::string& peer) {
    for (auto& x : cluster.figures_of("relay").links.list())
      if (x.peer == peer)
        return x.since_ms;
    return unix_ms{0};
  };
  auto to_top = since("top");
  REQUIRE(to_top != 0);
  change(cluster, nowhere);
  cluster.step_seconds(60);
  CHECK(since("top") == to_top);
  CHECK(cluster.network().open_links("relay", "side") == 0);
  cluster.settle(30);
  CHECK(joined(check_equal(cluster, "common", "top", "common")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a child that takes another key goes another way", "[sim]") {
  sim_cluster cluster{95};
  add_nodes(cluster, to("side"));
  cluster.step_seconds(100);
  auto show = [&](const guid& key) {
    cluster.reload("special", [&](node_options& x) { x.sender.api_key = key; });
    cluster.step_seconds(100);
  };
  show(sim_plan{}.key);
  CHECK(has(cluster, "top", "special"));
  for (auto& link : cluster.figures_of("relay").links.list())
    CHECK(link.owed_ticks == 0); // also over the link that it left
  show(other_key);
  show(sim_plan{}.key);
  cluster.settle();
  CHECK(joined(check_equal(cluster, "special", "top", "special")) == "");
  CHECK(joined(check_values(cluster, "side", "special")) == "");
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a host goes as the key says that it comes live with", "[sim]") {
  sim_cluster cluster{96};
  add_two_ways(cluster, stream_mode::failover);
  cluster.step_seconds(60);
  CHECK(has(cluster, "top", "leaf"));
  CHECK_FALSE(has(cluster, "side", "leaf"));
  cluster.crash("one");
  cluster.step_seconds(60);
  CHECK(has(cluster, "side", "leaf"));
  // Back without the leaf, it has its past to tell of.
  cluster.network().refuse("leaf", "one");
  cluster.start("one");
  cluster.step_seconds(60);
  auto newest = [&](const std::string& node) {
    return cluster.values(node, "leaf").rbegin()->first;
  };
  CHECK(newest("side") + 5 > newest("leaf"));
  CHECK(newest("top") + 60 < newest("leaf"));
  // Its past goes the same way after a restart, whoever is there.
  cluster.stop("leaf");
  cluster.stop("other");
  cluster.step_seconds(10);
  auto top_has = cluster.values("top", "leaf").size();
  cluster.stop("middle");
  cluster.start("middle");
  cluster.step_seconds(120);
  CHECK(has(cluster, "middle", "leaf"));
  CHECK(cluster.values("top", "leaf").size() == top_has);
  CHECK(newest("side") == newest("middle"));
  CHECK(joined(cluster.faults) == "");
}

TEST_CASE("a host that comes with two keys at once keeps its way", "[sim]") {
  sim_cluster cluster{97};
  add_two_ways(cluster, stream_mode::all);
  cluster.step_seconds(100);
  auto goes_to = [&](const std::string& parent) {
    auto before = cluster.values(parent, "leaf").size();
    cluster.step_seconds(10);
    return cluster.values(parent, "leaf").size() > before;
  };
  auto cut = [&](const std::string& node) {
    cluster.network().cut(node, "middle");
    cluster.step_seconds(40);
  };
  auto at_top = has(cluster, "top", "leaf");
  auto way = at_top ? "one" : "other";
  auto to = at_top ? "top" : "side";
  auto other_way = at_top ? "other" : "one";
  auto other_to = at_top ? "side" : "top";
  // A link that comes back offers it again, with the other key.
  for (int i = 0; i < 3; ++i)
    cut(other_way);
  CHECK(goes_to(to));
  CHECK_FALSE(has(cluster, other_to, "leaf"));
  cut(way); // now only the other one says where it goes
  CHECK(goes_to(other_to));
  cut(way);
  CHECK(goes_to(other_to));
  CHECK_FALSE(goes_to(to));
  cluster.settle();
  CHECK(joined(check_equal(cluster, "leaf", other_to, "leaf")) == "");
  CHECK(joined(cluster.faults) == "");
}
