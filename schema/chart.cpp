#include "schema/chart.hpp"

namespace tributary {

const char* to_string(algorithm x) noexcept {
  switch (x) {
  case algorithm::absolute:
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

} // namespace tributary
