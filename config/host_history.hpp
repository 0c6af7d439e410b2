#pragma once

/// Of which hosts a node keeps no history beside others of which it does: those
/// of sections with `db = none`. They are passed on. Pure.

#include <cstdint>
#include <map>
#include <set>

#include "config/options.hpp"

namespace tributary {

/// The rules of one node; a value. A reload makes a new one.
class hosts_without_history {
public:
  /// None, also where `[db] mode` is none: such a node keeps no history at all.
  /// @param own GUID of this node, which its marks of keys depend on.
  hosts_without_history(const node_options& options, const guid& own);

  /// No host can be one.
  bool empty() const noexcept;

  /// @param mark `key_mark` of the key that it came with last; 0 for the own
  ///   host.
  bool has(const guid& host, uint32_t mark) const;

private:
  std::set<uint32_t> marks_;
  /// What the sections of machines say otherwise or anew.
  std::map<guid, bool> machines_;
};

} // namespace tributary
