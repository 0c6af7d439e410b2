#pragma once

/// What the tests of the tiers share: points as a map, and a second way to come
/// to them.

#include <map>
#include <string>
#include <tuple>

#include "store/tier.hpp"
#include "tests/store/store_examples.hpp"

namespace tributary::examples {

struct tier_cell {
  int64_t min = 0;
  int64_t max = 0;
  int64_t sum = 0;
  int64_t count = 0;

  friend bool operator==(const tier_cell& x, const tier_cell& y) {
    return x.min == y.min && x.max == y.max && x.sum == y.sum
           && x.count == y.count;
  }
};

/// Points with a value, by first tick, chart id and dimension id.
using tier_cell_map
    = std::map<std::tuple<tick, std::string, std::string>, tier_cell>;

tier_cell_map cells_of(const tier_table& points);

/// Counts slots one by one. @param phase a tick at which a point begins.
tier_cell_map count_points(const cell_map& slots, tick step, tick phase);

/// Puts points together one by one.
tier_cell_map count_points(const tier_cell_map& points, tick step, tick phase);

/// The first few places where both differ, in words; empty where none.
std::string difference(const tier_cell_map& seen, const tier_cell_map& wanted);

} // namespace tributary::examples
