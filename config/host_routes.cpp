#include "config/host_routes.hpp"

#include <algorithm>

#include "config/admission.hpp"

namespace tributary {

namespace {

std::vector<destination> each_once(const std::vector<destination>& from) {
  std::vector<destination> result;
  for (auto& x : from)
    if (std::find(result.begin(), result.end(), x) == result.end())
      result.push_back(x);
  return result;
}

} // namespace

proxy_rules merged(const proxy_rules& specific, const proxy_rules& general) {
  return {specific.enabled ? specific.enabled : general.enabled,
          specific.destinations ? specific.destinations : general.destinations,
          specific.api_key ? specific.api_key : general.api_key};
}

host_routes::host_routes(const node_options& options, const guid& own)
    : enabled_(options.sender.enabled),
      common_{each_once(options.sender.destinations), options.sender.api_key} {
  add({});
  // Refused in files; here a reload may be ahead of it.
  if (options.db.mode == db_mode::none)
    return;
  // What is here of hosts of a section that is off stays on its way: it adds no
  // route, and its hosts are not moved to that of `[stream]`.
  for (auto& x : options.receiver.api_keys) {
    keys_.emplace(key_mark(own, x.key), x.proxy);
    if (x.enabled)
      add(x.proxy);
  }
  for (auto& x : options.receiver.machines) {
    if (x.proxy == proxy_rules{})
      continue;
    machines_.emplace(x.machine, x.proxy);
    if (!x.enabled)
      continue;
    add(x.proxy);
    for (auto& key : options.receiver.api_keys)
      if (key.enabled)
        add(merged(x.proxy, key.proxy));
  }
}

std::optional<stream_route>
host_routes::made_of(const proxy_rules& rules) const {
  auto result = common_;
  if (rules.destinations)
    result.destinations = each_once(*rules.destinations);
  if (rules.api_key)
    result.api_key = *rules.api_key;
  if (!rules.enabled.value_or(enabled_) || result.destinations.empty()
      || result.api_key.empty())
    return std::nullopt;
  return result;
}

void host_routes::add(const proxy_rules& rules) {
  auto route = made_of(rules);
  if (route && !place_of(rules))
    routes_.push_back(std::move(*route));
}

std::optional<size_t> host_routes::place_of(const proxy_rules& rules) const {
  auto route = made_of(rules);
  auto i = route ? std::find(routes_.begin(), routes_.end(), *route)
                 : routes_.end();
  if (i == routes_.end())
    return std::nullopt;
  return static_cast<size_t>(i - routes_.begin());
}

std::optional<size_t> host_routes::of_host(const guid& host,
                                           uint32_t mark) const {
  auto key = keys_.find(mark);
  auto machine = machines_.find(host);
  auto rules = key == keys_.end() ? proxy_rules{} : key->second;
  return place_of(machine == machines_.end() ? rules
                                             : merged(machine->second, rules));
}

} // namespace tributary
