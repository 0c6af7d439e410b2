#pragma once

/// Where the hosts that a node has are streamed to: as `[stream]` says, or as
/// the section of the key that a host came with, or its own section, says
/// otherwise. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "config/options.hpp"

namespace tributary {

/// Parents, and the key that they are shown.
struct stream_route {
  /// In order of preference, each once; never empty.
  std::vector<destination> destinations;
  guid api_key;

  friend bool operator==(const stream_route& x, const stream_route& y) {
    return x.destinations == y.destinations && x.api_key == y.api_key;
  }
};

/// `specific` where it says something, else `general`.
proxy_rules merged(const proxy_rules& specific, const proxy_rules& general);

/// The rules of one node; a value. A reload makes a new one.
class host_routes {
public:
  /// Nothing is streamed.
  host_routes() = default;

  /// @param own GUID of this node, which its marks of keys depend on.
  host_routes(const node_options& options, const guid& own);

  /// No two are equal. That of `[stream]` is the first, where there is one.
  const std::vector<stream_route>& all() const noexcept {
    return routes_;
  }

  /// Place in `all()` of the route that a host takes; none: it stays here.
  /// @param mark `key_mark` of the key that it came with last; 0 for the own
  ///   host. One of no key in force goes as `[stream]` says.
  std::optional<size_t> of_host(const guid& host, uint32_t mark) const;

private:
  std::optional<stream_route> made_of(const proxy_rules& rules) const;
  void add(const proxy_rules& rules);
  std::optional<size_t> place_of(const proxy_rules& rules) const;

  bool enabled_ = false;
  /// Of `[stream]`.
  stream_route common_;
  std::vector<stream_route> routes_;
  /// Of all keys, by mark.
  std::map<uint32_t, proxy_rules> keys_;
  std::map<guid, proxy_rules> machines_;
};

} // namespace tributary
