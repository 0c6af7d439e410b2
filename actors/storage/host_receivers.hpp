#pragma once

/// Which nodes get a host from this one, as far as links that are open have
/// told. For hosts that are only passed on: what all of their receivers have
/// need not be kept. Knows uplinks by the numbers of their actors; the writer
/// owns one.

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "schema/types.hpp"

namespace tributary {

class host_receivers {
public:
  /// An uplink has a link to that node, and no other has one any more; which
  /// hosts the node takes is not known yet. Returns those whose receivers are
  /// others now.
  std::set<host_number> begin_link(uint64_t uplink, const guid& node);

  bool knows(uint64_t uplink) const {
    return uplinks_.count(uplink) != 0;
  }

  /// The node of the uplink's link takes the host, or does not take it.
  void take(uint64_t uplink, host_number host);
  void leave(uint64_t uplink, host_number host);

  /// The uplink has no link any more. Returns what `begin_link` returns.
  std::set<host_number> end_link(uint64_t uplink);

  /// The uplink is gone. Returns what `begin_link` returns.
  std::set<host_number> end(uint64_t uplink);

  /// No host of that number is here any more.
  void forget(host_number host);

  /// Which hosts go where is to be told anew.
  void forget_hosts();

  /// Nodes that take the host; no two are equal.
  std::vector<guid> of(host_number host) const;

private:
  struct receiver {
    guid node;
    std::set<host_number> hosts;
  };

  std::map<uint64_t, receiver> uplinks_;
};

} // namespace tributary
