#pragma once

/// Short ways to write down a chart's definition. Used once per chart, when a
/// source is made or a device first seen; never per tick.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/chart.hpp"

namespace tributary {

/// All of a chart but its dimensions; fields as in `chart`, whose `name` is the
/// id here.
struct chart_heading {
  std::string id;
  std::string context;
  std::string family;
  std::string title;
  std::string units;
  chart_type type = chart_type::line;
  int32_t priority = 1000;
  std::string module;
};

/// A chart of step 1.
chart_ptr define_chart(chart_heading heading,
                       std::vector<dimension> dimensions);

/// Factor and divisor of a dimension; neither is ever 0.
struct value_scale {
  int64_t multiplier = 1;
  int64_t divisor = 1;
};

/// What goes out is drawn below the zero line.
inline constexpr value_scale below{-1, 1};

/// A dimension with the algorithm `absolute`.
dimension make_gauge(std::string id, value_scale factor = {});

/// A dimension with the algorithm `incremental`.
dimension make_counter(std::string id, value_scale factor = {});

/// A dimension with the algorithm `real`, whose readings are `real_reading`s.
/// For what no decimal scale fits: others pack several times better as
/// integers.
dimension make_real(std::string id, value_scale factor = {});

/// A reading of a real dimension; none of NaN.
std::optional<int64_t> real_reading(double x) noexcept;

/// The same dimension with a name of its own for people to read.
dimension with_name(dimension what, std::string name);

/// The kernel's own bounds are 31 (disks) and 15 (interfaces).
constexpr size_t device_name_bytes_max = 64;

/// `name` as part of a chart id: at most `bytes_max` bytes, and
/// each that is not an ASCII letter or digit, `.`, `_` or `-` becomes `_`, so
/// that ids need no escape in URLs, exports and file names whatever a device
/// is called. Writes to `result`, to reuse its memory.
void assign_safe_name(std::string_view name, std::string& result,
                      size_t bytes_max = device_name_bytes_max);

} // namespace tributary
