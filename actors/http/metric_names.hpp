#pragma once

/// Names and units of metrics as Prometheus wants them: letters, digits and
/// `_`, units in full and base units. Pure.

#include <string>
#include <string_view>

#include "schema/chart.hpp"

namespace tributary {

/// Appends `text` with every byte that may not stand in a name as `_`.
void append_name(std::string& out, std::string_view text);

/// A chart's unit in base units.
struct base_unit {
  /// For the end of a name, for example `bytes_per_second`; may be empty.
  std::string name;
  /// A value of the chart times this is one of the base unit.
  double factor = 1;
};

/// The base unit of `units`, for example of `KiB/s`, on either side of the
/// first
/// `/`; an unknown unit keeps its value and gets a name of lower-case letters,
/// digits and `_`.
base_unit base_unit_of(std::string_view units);

/// Whether all dimensions count the same in the same unit, so that one metric
/// with a label `dimension` holds them; signs don't matter.
bool is_homogeneous(const chart& x) noexcept;

/// A name that is no counter's may not end like one's, nor like the parts of a
/// histogram: `_value` is appended then.
void avoid_reserved_ending(std::string& name);

} // namespace tributary
