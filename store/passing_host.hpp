#pragma once

/// What a store knows of a host beyond its record, to pass it on: who gets it,
/// and what of it is here until those have it.

#include <optional>
#include <set>
#include <vector>

#include "schema/types.hpp"

namespace tributary {

struct passing_host {
  /// Whether it is passed on and not kept; none: to be looked up.
  std::optional<bool> is_passed_on;
  std::vector<guid> receivers;
  /// Starts of windows that are stored; none: to be looked up.
  std::optional<std::set<tick>> windows;

  /// Other rules may hold from now on.
  void forget_rules() {
    is_passed_on.reset();
    windows.reset();
  }
};

} // namespace tributary
