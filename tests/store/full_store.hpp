#pragma once

/// A store that has entries in every table, and all that its readers see.

#include <array>
#include <map>
#include <string>
#include <tuple>

#include "store/store.hpp"
#include "tests/store/tier_examples.hpp"

namespace tributary::examples {

/// Steps of the store that `make_full_store` makes.
constexpr tier_steps full_store_steps{2, 5};

/// Three hosts: one that collected through two lives, with changed charts, late
/// rows and an open window; one whose windows were received, with holes; one
/// that only the journal has. With subscribers that are owed something.
void make_full_store(const std::string& path, uint64_t seed);

/// A value or a point, and what it is scaled by; of points nothing, as that
/// depends on what else is read.
struct seen_cell {
  tier_cell point;
  uint32_t scale = 0;

  friend bool operator==(const seen_cell& x, const seen_cell& y) {
    return x.point == y.point && x.scale == y.scale;
  }
};

/// A column of a host: a number for each text, the same in one process.
using column_number = uint32_t;

/// By column and first tick.
using seen_map = std::map<std::pair<column_number, tick>, seen_cell>;

struct seen_store {
  /// Values of blocks; values of blocks and journal; points of tier 1 and 2, as
  /// far as each says that it has all.
  seen_map blocks;
  seen_map slots;
  std::array<seen_map, tier_count> points;
  /// Of tier 1 and 2, by number of the host.
  std::array<std::map<host_number, tier_grid>, tier_count> grids;
  std::array<std::map<host_number, tick_range>, tier_count> extents;
  std::map<column_number, host_number> hosts;
  /// What could not be read, by name.
  std::vector<std::string> errors;
};

/// Reads all of a store as a node does. Throws where it does not open.
seen_store see_all(const std::string& path);

/// The first places that `seen` has and `truth` has not, or not so; empty where
/// none.
/// @param parts points may be of a part of their slots.
std::string invented(const seen_store& seen, const seen_store& truth,
                     bool parts);

/// The first places that `truth` has and `seen` lacks.
std::string missing(const seen_store& seen, const seen_store& truth);

/// Places where a tier says nothing though blocks have values; empty where
/// none.
std::string holes(const seen_store& seen);

} // namespace tributary::examples
