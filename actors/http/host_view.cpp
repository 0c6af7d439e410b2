#include "actors/http/host_view.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "actors/http/entity_tag.hpp"

namespace tributary {

namespace {

std::string info_value(const host_definition& host, std::string_view key) {
  for (auto& pair : host.info)
    if (pair.first == key)
      return pair.second;
  return {};
}

/// Charts of the newest roster, a superseded definition once.
std::vector<chart_ptr> newest_charts(const host_summary& host) {
  std::vector<chart_ptr> result;
  if (!host.columns_of)
    return result;
  for (auto& entry : host.columns_of->charts())
    if (host.columns_of->find(entry.chart->id)->chart == entry.chart)
      result.push_back(entry.chart);
  return result;
}

} // namespace

host_status status_of(const host_summary& host, const node_facts& node,
                      unix_ms now) {
  host_status result;
  result.guid = host.definition.id;
  result.hostname = host.definition.hostname;
  result.hops = host.definition.id == node.own
                    ? 0
                    : static_cast<uint32_t>(host.path.size());
  result.reason = host.connected ? std::string{} : host.reason;
  if (host.newest > 0) {
    result.newest_sample = host.newest;
    result.oldest_sample = host.oldest;
    result.age_ms = now - host.newest * 1000;
  }
  result.state = state_of(host, now, node.archived_after_ms);
  result.reachable = result.state == host_state::live;
  result.ephemeral = is_ephemeral(host.definition);
  return result;
}

std::vector<host_status> statuses_of(const std::vector<host_summary>& hosts,
                                     const node_facts& node, unix_ms now) {
  std::vector<host_status> result;
  for (auto& host : hosts)
    result.push_back(status_of(host, node, now));
  std::sort(result.begin(), result.end(), [&](auto& x, auto& y) {
    auto x_own = x.guid == node.own;
    auto y_own = y.guid == node.own;
    if (x_own != y_own)
      return x_own;
    return x.hostname != y.hostname ? x.hostname < y.hostname : x.guid < y.guid;
  });
  return result;
}

const host_summary* find_host(const std::vector<host_summary>& hosts,
                              const std::string& name, const guid& own) {
  auto id = name.empty() ? std::optional<guid>{own} : guid::parse(name);
  const host_summary* result = nullptr;
  for (auto& host : hosts) {
    if (id && host.definition.id == *id)
      return &host;
    if (id || host.definition.hostname != name)
      continue;
    auto newer = result == nullptr || host.connected > result->connected
                 || (host.connected == result->connected
                     && host.newest > result->newest);
    if (newer)
      result = &host;
  }
  return result;
}

std::vector<guid> hosts_named(const std::vector<host_summary>& hosts,
                              const std::string& name) {
  std::vector<guid> result;
  for (auto& host : hosts)
    if (host.definition.hostname == name)
      result.push_back(host.definition.id);
  return result;
}

std::vector<parent_entry> parents_of(const std::vector<link_status>& links) {
  std::vector<parent_entry> result;
  for (auto& link : links)
    for (auto& x : link.destinations) {
      parent_entry y;
      y.destination = x.address;
      y.state = x.state;
      if (x.address == link.address && !link.node.empty()) {
        y.hostname = link.peer;
        y.uid = to_string(link.node);
      }
      y.reason = x.reason;
      if (x.next_ms >= 0)
        y.next_attempt_ms = x.next_ms;
      result.push_back(std::move(y));
    }
  return result;
}

info_document info_of(const host_summary& host,
                      const std::vector<host_summary>& hosts,
                      const node_facts& node, unix_ms now) {
  info_document result;
  result.version = node.version;
  result.uid = host.definition.id;
  result.hostname = host.definition.hostname;
  result.node_uid = node.own;
  result.node_hostname = node.hostname;
  result.hosts = statuses_of(hosts, node, now);
  auto& of = host.definition;
  result.facts.os_name = info_value(of, "os_name");
  result.facts.os_version = info_value(of, "os_version");
  result.facts.kernel_name = info_value(of, "kernel_name");
  result.facts.kernel_version = info_value(of, "kernel_version");
  result.facts.architecture = info_value(of, "architecture");
  result.facts.cores_total = static_cast<uint32_t>(
      strtoul(info_value(of, "cores_total").c_str(), nullptr, 10));
  result.facts.ram_total
      = strtoull(info_value(of, "ram_total").c_str(), nullptr, 10);
  for (auto& chart : newest_charts(host)) {
    ++result.charts_count;
    result.metrics_count += chart->dimensions.size();
  }
  result.stream_enabled = node.stream_enabled;
  result.durability = to_string(node.durability);
  return result;
}

std::string definitions_tag(const host_summary& host, const node_facts& node,
                            const std::string& prefix) {
  auto text = node.version + '\n' + prefix + '\n' + host.definition.hostname
              + '\n' + to_string(host.definition.id);
  // A roster only grows: epoch and width name one state of it.
  if (host.columns_of)
    text += '\n' + std::to_string(host.columns_of->epoch()) + '\n'
            + std::to_string(host.columns_of->columns());
  return "W/" + entity_tag_of(text);
}

charts_document charts_of(const host_summary& host, const node_facts& node,
                          std::string prefix) {
  charts_document result;
  result.hostname = host.definition.hostname;
  result.version = node.version;
  result.url_prefix = std::move(prefix);
  for (auto& chart : newest_charts(host)) {
    chart_entry entry;
    entry.chart = chart;
    if (host.newest > 0) {
      entry.first_entry = host.oldest;
      entry.last_entry = host.newest;
    }
    result.charts.push_back(std::move(entry));
  }
  return result;
}

} // namespace tributary
