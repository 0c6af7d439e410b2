#include "schema/chart.hpp"

namespace tributary {

const char* to_string(algorithm x) noexcept {
  switch (x) {
  case algorithm::absolute:
  case algorithm::real:
    return "absolute";
  case algorithm::incremental:
    return "incremental";
  case algorithm::percentage_of_absolute_row:
    return "percentage-of-absolute-row";
  case algorithm::percentage_of_incremental_row:
    return "percentage-of-incremental-row";
  }
  return "absolute";
}

const char* to_string(chart_type x) noexcept {
  switch (x) {
  case chart_type::line:
    return "line";
  case chart_type::area:
    return "area";
  case chart_type::stacked:
    return "stacked";
  }
  return "line";
}

bool operator==(const dimension& x, const dimension& y) noexcept {
  return x.id == y.id && x.name == y.name && x.algorithm == y.algorithm
         && x.multiplier == y.multiplier && x.divisor == y.divisor
         && x.hidden == y.hidden;
}

bool operator==(const chart& x, const chart& y) noexcept {
  return x.id == y.id && x.name == y.name && x.context == y.context
         && x.family == y.family && x.title == y.title && x.units == y.units
         && x.type == y.type && x.priority == y.priority && x.module == y.module
         && x.step == y.step && x.dimensions == y.dimensions;
}

} // namespace tributary
