#include "actors/link/request_route.hpp"

#include <algorithm>
#include <optional>

#include "schema/error.hpp"

namespace tributary {

namespace {

std::vector<std::string> behind_first(const std::vector<std::string>& path) {
  return {path.begin() + 1, path.end()};
}

bool is_child(const link_status& x) noexcept {
  return x.side == link_side::from_child && !x.node.empty();
}

caf::error several(const std::string& name, std::vector<guid> nodes) {
  std::sort(nodes.begin(), nodes.end());
  auto words = "several nodes are called " + name + ", say which:";
  for (auto& x : nodes)
    words += ' ' + to_string(x);
  return make_error(ec::bad_request, std::move(words));
}

/// Adds what is not there yet.
void add(std::vector<guid>& to, const guid& x) {
  if (std::find(to.begin(), to.end(), x) == to.end())
    to.push_back(x);
}

const link_status* link_from(const std::vector<link_status>& links,
                             const guid& node) {
  auto i = std::find_if(links.begin(), links.end(), [&](auto& x) {
    return is_child(x) && x.up && x.node == node;
  });
  return i == links.end() ? nullptr : &*i;
}

/// Why there is no link from a node of that name or GUID; empty: there never
/// was one.
std::string end_of_link(const std::vector<link_status>& links,
                        const std::string& word) {
  for (auto& x : links)
    if (is_child(x) && !x.up && (x.peer == word || to_string(x.node) == word))
      return x.reason.empty() ? x.state : x.reason;
  return {};
}

caf::error not_connected(const std::string& word, const std::string& why) {
  return make_error(ec::disconnected, "node " + word + " is not connected"
                                          + (why.empty() ? "" : ": " + why));
}

} // namespace

caf::expected<request_hop> hop_to_child(const guid& own,
                                        const std::string& own_hostname,
                                        const std::vector<link_status>& links,
                                        const std::vector<std::string>& path) {
  auto& word = path.front();
  auto id = guid::parse(word);
  std::vector<guid> nodes;
  for (auto& x : links)
    if (is_child(x) && x.up && (id ? x.node == *id : x.peer == word))
      add(nodes, x.node);
  if (nodes.size() > 1)
    return several(word, nodes);
  if (nodes.size() == 1)
    return request_hop{link_from(links, nodes.front())->id, behind_first(path)};
  if (id ? *id == own : word == own_hostname)
    return request_hop{0, behind_first(path)};
  return make_error(ec::not_found, "no node is known as " + word);
}

caf::expected<request_hop> hop_to_host(const std::vector<link_status>& links,
                                       const std::vector<host_summary>& hosts,
                                       const std::vector<std::string>& path) {
  auto& word = path.front();
  auto id = guid::parse(word);
  std::vector<guid> connected;
  const host_summary* found = nullptr;
  for (auto& x : hosts) {
    if (id ? x.definition.id != *id : x.definition.hostname != word)
      continue;
    if (x.connected)
      add(connected, x.definition.id);
    if (found == nullptr || x.connected)
      found = &x;
  }
  if (connected.size() > 1)
    return several(word, connected);
  auto ended = end_of_link(links, word);
  if (found == nullptr && ended.empty())
    return make_error(ec::not_found, "no node is known as " + word);
  if (found == nullptr)
    return not_connected(word, ended);
  // A GUID is how nodes name each other on the way; people have names.
  auto& called = found->definition.hostname;
  if (!found->connected)
    return not_connected(called, found->reason);
  auto& way = found->path; // origin first, the child of this node last
  auto link = way.empty() ? nullptr : link_from(links, way.back());
  if (link == nullptr)
    return not_connected(called, ended);
  request_hop result;
  result.link = link->id;
  for (auto i = way.rbegin() + 1; i != way.rend(); ++i)
    result.path.push_back(to_string(*i));
  result.path.insert(result.path.end(), path.begin() + 1, path.end());
  return result;
}

std::vector<std::string> parse_node_path(const std::string& text) {
  std::vector<std::string> result;
  for (size_t at = 0; at <= text.size();) {
    auto end = std::min(text.find('/', at), text.size());
    if (end > at)
      result.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return result;
}

} // namespace tributary
