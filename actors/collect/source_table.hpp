#pragma once

/// All sources there are, in one visible table. Called by the node, which
/// starts a collector for each that its options enable.

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "actors/collect/self_figures.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

struct source_entry {
  /// As `source::name` and the option that switches it, for example
  /// `proc.stat`. Unique.
  std::string_view name;
  /// Sources of one group are run by one collector, in one thread: see
  /// `source_group`.
  std::string_view group;
  /// Whether it runs where no option says otherwise.
  bool enabled = true;
  /// Never null; never yields null.
  source_ptr (*make)(const std::shared_ptr<node_figures>& figures) = nullptr;
};

/// Every source, in the order in which they are started and listed.
const std::vector<source_entry>& source_table();

/// The names in that table, in its order.
std::vector<std::string_view> source_names();

/// A new source for each collector: the groups of the table, in its order, each
/// with those members that `is_wanted` names. A group of one is that source.
std::vector<source_ptr>
make_sources(const std::shared_ptr<node_figures>& figures,
             const std::function<bool(std::string_view)>& is_wanted);

/// A new source of that name; null if there is none of that name.
/// @param figures shown by the source `self`; may be null, see `proc_self`.
source_ptr make_source(std::string_view name,
                       const std::shared_ptr<node_figures>& figures);

} // namespace tributary
