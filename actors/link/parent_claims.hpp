#pragma once

/// Which link of a node has which parent: two destinations that lead to the
/// same node must not both feed it, since a parent has one cursor. Shared by
/// the uplinks of a node. Thread-safe.

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "schema/types.hpp"

namespace tributary {

class parent_claims {
public:
  /// Takes the parent for a link, which may have one at a time.
  /// @param who the actor that keeps the link.
  /// @param route place of the route that its hosts have.
  /// Returns the destination of the link that has it already; empty when it is
  /// this one's now.
  std::string claim(const guid& parent, uint64_t who,
                    const std::string& destination, size_t route = 0);

  /// The route has another place since a reload.
  void move(uint64_t who, size_t route);

  /// The link has no parent any more.
  void release(uint64_t who);

  /// Whether another link of that route has a parent, and so all of its hosts.
  bool has_other(uint64_t who, size_t route = 0) const;

private:
  struct entry {
    uint64_t who;
    std::string destination;
    size_t route;
  };

  mutable std::mutex mutex_;
  std::map<guid, entry> entries_;
};

} // namespace tributary
