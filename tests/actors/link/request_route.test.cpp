#include "actors/link/request_route.hpp"

#include <catch2/catch.hpp>

#include "schema/error.hpp"

using namespace tributary;

namespace {

guid node(uint64_t number) {
  return guid::from_words(0, number);
}

link_status child(uint64_t link, uint64_t id, std::string name,
                  bool up = true) {
  link_status x;
  x.id = link;
  x.side = link_side::from_child;
  x.node = node(id);
  x.peer = std::move(name);
  x.up = up;
  x.state = up ? "open" : "ended";
  x.reason = up ? "" : "silent";
  return x;
}

host_summary host(uint64_t id, std::string name, std::vector<guid> path,
                  bool connected = true) {
  host_summary x;
  x.definition.id = node(id);
  x.definition.hostname = std::move(name);
  x.path = std::move(path);
  x.connected = connected;
  x.reason = connected ? "" : "link ended: silent";
  return x;
}

/// `link path/...`, or the error.
std::string told(const caf::expected<request_hop>& x) {
  if (!x)
    return to_text(x.error());
  auto result = std::to_string(x->link);
  for (auto& name : x->path)
    result += ' ' + name;
  return result;
}

std::string to_child(const std::vector<link_status>& links,
                     const std::vector<std::string>& path) {
  return told(hop_to_child(node(1), "top", links, path));
}

} // namespace

TEST_CASE("a child is found by its name and by its GUID", "[actors]") {
  std::vector<link_status> links{child(11, 2, "relay"), child(12, 3, "other")};
  CHECK(to_child(links, {"relay"}) == "11");
  CHECK(to_child(links, {"relay", "leaf", "x"}) == "11 leaf x");
  CHECK(to_child(links, {to_string(node(3)), "leaf"}) == "12 leaf");
  CHECK(to_child(links, {"nobody"}) == "not_found: no node is known as nobody");
}

TEST_CASE("the node itself is found where no child has its name", "[actors]") {
  CHECK(to_child({}, {"top", "relay"}) == "0 relay");
  CHECK(to_child({}, {to_string(node(1))}) == "0");
  CHECK(to_child({child(11, 2, "top")}, {"top"}) == "11");
}

TEST_CASE("links to parents and those that ended lead nowhere", "[actors]") {
  auto up = child(11, 2, "parent");
  up.side = link_side::to_parent;
  CHECK(to_child({up, child(12, 3, "gone", false)}, {"parent"})
        == "not_found: no node is known as parent");
  CHECK(to_child({up, child(12, 3, "gone", false)}, {"gone"})
        == "not_found: no node is known as gone");
}

TEST_CASE("children of one name are told apart by their GUIDs", "[actors]") {
  std::vector<link_status> links{child(11, 3, "twin"), child(12, 2, "twin")};
  CHECK(to_child(links, {"twin"})
        == "bad_request: several nodes are called twin, say which: "
               + to_string(node(2)) + ' ' + to_string(node(3)));
  CHECK(to_child(links, {to_string(node(2))}) == "12");
  // Two links of one node, of which one is about to end.
  links[1].node = node(3);
  CHECK(to_child(links, {"twin"}) == "11");
}

TEST_CASE("a node further below is reached the way that its host came",
          "[actors]") {
  std::vector<link_status> links{child(11, 2, "relay")};
  std::vector<host_summary> hosts{host(4, "leaf", {node(4), node(3), node(2)})};
  auto way = "11 " + to_string(node(3)) + ' ' + to_string(node(4));
  CHECK(told(hop_to_host(links, hosts, {"leaf"})) == way);
  CHECK(told(hop_to_host(links, hosts, {to_string(node(4))})) == way);
  CHECK(told(hop_to_host(links, hosts, {"leaf", "below"})) == way + " below");
  CHECK(told(hop_to_host(links, hosts, {"nobody"}))
        == "not_found: no node is known as nobody");
}

TEST_CASE("a node that does not stream is said to be away, and why",
          "[actors]") {
  std::vector<link_status> links{child(11, 2, "relay"),
                                 child(12, 5, "gone", false)};
  CHECK(told(hop_to_host(links, {host(4, "leaf", {node(4), node(2)}, false)},
                         {"leaf"}))
        == "disconnected: node leaf is not connected: link ended: silent");
  // Nodes on the way ask by GUID, people read names.
  CHECK(told(hop_to_host(links, {host(4, "leaf", {node(4), node(2)}, false)},
                         {to_string(node(4))}))
        == "disconnected: node leaf is not connected: link ended: silent");
  // Its host comes over a link that has just ended.
  CHECK(
      told(hop_to_host(links, {host(4, "leaf", {node(4), node(9)})}, {"leaf"}))
      == "disconnected: node leaf is not connected");
  // It had a link, and no host.
  CHECK(told(hop_to_host(links, {}, {"gone"}))
        == "disconnected: node gone is not connected: silent");
}

TEST_CASE("of hosts with one name the one that streams is meant", "[actors]") {
  std::vector<link_status> links{child(11, 2, "relay")};
  auto way = std::vector<guid>{node(4), node(2)};
  std::vector<host_summary> hosts{host(5, "leaf", {node(5), node(2)}, false),
                                  host(4, "leaf", way)};
  CHECK(told(hop_to_host(links, hosts, {"leaf"}))
        == "11 " + to_string(node(4)));
  hosts[0].connected = true;
  CHECK(told(hop_to_host(links, hosts, {"leaf"}))
        == "bad_request: several nodes are called leaf, say which: "
               + to_string(node(4)) + ' ' + to_string(node(5)));
}

TEST_CASE("a path is cut at its slashes", "[actors]") {
  using parts = std::vector<std::string>;
  CHECK(parse_node_path("a") == parts{"a"});
  CHECK(parse_node_path("a/b/c") == parts{"a", "b", "c"});
  CHECK(parse_node_path("/a//b/") == parts{"a", "b"});
  CHECK(parse_node_path("").empty());
  CHECK(parse_node_path("//").empty());
}
