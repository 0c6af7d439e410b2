#pragma once

/// The records of store.capnp as values and bytes, but for blocks (block.hpp).

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "schema/coverage.hpp"
#include "schema/definition.hpp"
#include "schema/frame.hpp"
#include "store/tier.hpp"

namespace tributary {

/// Ticks this much later than the clock of the node that keeps them are ahead:
/// of a clock that is wrong, and no bound to what is "newest".
constexpr tick ahead_seconds = 600;

/// Which windows of a host are closed, so that a frame of theirs is late.
struct closed_mark {
  /// All that end at or before this tick.
  tick to = 0;
  /// Starts of those beyond: of a clock that was ahead.
  std::set<tick> ahead;

  bool has(tick start) const {
    return start < to || ahead.count(start) != 0;
  }

  /// Moves the end up; those ahead that it reaches are like all others.
  void move_up(tick end) {
    to = std::max(to, end);
    ahead.erase(ahead.begin(), ahead.lower_bound(to));
  }

  friend bool operator==(const closed_mark& x, const closed_mark& y) {
    return x.to == y.to && x.ahead == y.ahead;
  }
};

/// A host as the store knows it.
struct stored_host {
  host_number number = 0;
  host_definition definition;
  /// Nodes that its data came through, origin first, the last sender last.
  std::vector<guid> path;
  /// Which API key it came with last, see `key_mark` in config; 0: none.
  uint32_t key_mark = 0;
  /// The record of one that is being forgotten, see forget.hpp.
  bool is_forgotten = false;
  /// Windows that are blocks.
  closed_mark closed;
  /// Of blocks.
  coverage stored;
  /// No block or piece of tier 1 and of tier 2 begins before it; 0: there is
  /// none. Tier 0 has `stored`.
  std::array<tick, tier_count> tier_from{};
  /// Windows that end at or before this were stored without points of tier 1
  /// and of tier 2, or those were erased for want of room.
  std::array<tick, tier_count> tiers_since{};
  /// Whole windows whose blocks went, since those have them who get the host,
  /// or were never made; `stored` has their ticks all the same.
  tick_set passed;
};

std::string seal_host(const stored_host& x);
caf::expected<stored_host> open_host(std::string_view sealed);

/// A frame in the journal. Its position is the number of items before it.
struct journal_item {
  host_number host = 0;
  frame_ptr frame;
};

struct journal_entry {
  journal_position first = 0;
  std::vector<journal_item> items;
};

std::string seal_journal_entry(const journal_entry& x);
caf::expected<journal_entry> open_journal_entry(std::string_view sealed);

std::string seal_cursor(journal_position position);
caf::expected<journal_position> open_cursor(std::string_view sealed);

/// The whole roster of an epoch.
std::string seal_roster(const roster_run& x);
caf::expected<roster_run> open_roster(std::string_view sealed);

/// First record of a store. Without a checksum, so that a program of any
/// version can read it.
struct store_meta {
  uint32_t format_version = 0;
  guid node;
  /// All 0 in a store of format 1.
  tier_steps steps{0, 0};
};

std::string seal_meta(const store_meta& x);
caf::expected<store_meta> open_meta(std::string_view sealed);

/// One 64-bit word as a value, for tables without a message.
std::string seal_word(uint64_t x);
uint64_t open_word(std::string_view sealed);

} // namespace tributary
