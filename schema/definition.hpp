#pragma once

/// Definitions as values and as bytes: hosts, runs of rosters, layouts. What is
/// read here came from a file or a peer, so every bound is checked.

#include <string>
#include <utility>
#include <vector>

#include <caf/expected.hpp>

#include "schema/chart.hpp"
#include "schema/error.hpp"
#include "schema/types.hpp"

namespace tributary {

/// What a host is. The origin fixes window and grouping, so that each hop cuts
/// the same blocks.
struct host_definition {
  guid id;
  std::string hostname;
  epoch_number epoch = 0;
  guid boot;
  uint32_t window_seconds = 600;
  uint16_t group_columns = 128;
  /// System facts such as `os_name`; at most 64 pairs.
  std::vector<std::pair<std::string, std::string>> info;

  /// First tick of the window that `t` falls into.
  tick window_start(tick t) const noexcept;
};

/// The number of a life that begins: above the last one that is known, and no
/// less than the seconds since 1970. One that begins from older data, as after
/// a restored backup or of a copied machine, is so above those which that data
/// does not know of. A clock beyond `epoch_of_clock_max` is not followed.
/// @param now_s the node's clock, seconds since 1970.
epoch_number next_epoch(epoch_number last, int64_t now_s) noexcept;

/// The year 2096: a wrong clock leaves room for 300 million lives.
constexpr int64_t epoch_of_clock_max = 4'000'000'000;

/// Charts `first_chart`... of the roster of one epoch.
struct roster_run {
  epoch_number epoch = 0;
  uint32_t first_chart = 0;
  std::vector<chart_ptr> charts;
};

/// The columns of one block group, whole charts in ascending order of id.
struct layout {
  std::vector<chart_ptr> charts;

  size_t columns() const noexcept;
};

/// Sealed bytes of a layout; `hash_of` them is its name.
std::string seal_layout(const layout& x);

/// Yields `ec::corrupt` for what does not decode or breaks a bound.
caf::expected<layout> open_layout(std::string_view sealed);

/// Sealed bytes of a roster run, for the store.
std::string seal_roster_run(const roster_run& x);

/// Yields `ec::corrupt` for what does not decode or breaks a bound.
caf::expected<roster_run> open_roster_run(std::string_view sealed);

/// Bounds on what a peer may define.
constexpr size_t definition_text_bytes_max = 1024;
constexpr size_t host_info_pairs_max = 64;
constexpr size_t hostname_bytes_max = 253;
/// A group larger than this costs a reader of one chart too much.
constexpr uint16_t group_columns_max = 1024;
/// Smaller groups waste pages; a chart that is wider is a group of its own.
constexpr uint16_t group_columns_min = 16;
constexpr uint32_t window_seconds_min = 60;
constexpr uint32_t window_seconds_max = 3600;

} // namespace tributary
