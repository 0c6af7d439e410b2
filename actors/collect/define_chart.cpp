#include "actors/collect/define_chart.hpp"

#include <cmath>
#include <memory>
#include <utility>

#include "schema/real.hpp"

namespace tributary {

namespace {

dimension make_dimension(std::string id, tributary::algorithm how,
                         value_scale factor) {
  dimension result;
  result.name = id;
  result.id = std::move(id);
  result.algorithm = how;
  result.multiplier = factor.multiplier;
  result.divisor = factor.divisor;
  return result;
}

/// Unlike isalnum, knows no locale.
bool is_safe(char x) noexcept {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z')
         || (x >= '0' && x <= '9') || x == '.' || x == '_' || x == '-';
}

} // namespace

chart_ptr define_chart(chart_heading heading,
                       std::vector<dimension> dimensions) {
  auto result = std::make_shared<chart>();
  result->name = heading.id;
  result->id = std::move(heading.id);
  result->context = std::move(heading.context);
  result->family = std::move(heading.family);
  result->title = std::move(heading.title);
  result->units = std::move(heading.units);
  result->type = heading.type;
  result->priority = heading.priority;
  result->module = std::move(heading.module);
  result->dimensions = std::move(dimensions);
  return result;
}

dimension make_gauge(std::string id, value_scale factor) {
  return make_dimension(std::move(id), algorithm::absolute, factor);
}

dimension make_counter(std::string id, value_scale factor) {
  return make_dimension(std::move(id), algorithm::incremental, factor);
}

dimension make_real(std::string id, value_scale factor) {
  return make_dimension(std::move(id), algorithm::real, factor);
}

std::optional<int64_t> real_reading(double x) noexcept {
  if (std::isnan(x))
    return std::nullopt;
  return ordered_bits(x);
}

dimension with_name(dimension what, std::string name) {
  what.name = std::move(name);
  return what;
}

void assign_safe_name(std::string_view name, std::string& result,
                      size_t bytes_max) {
  result.assign(name.substr(0, bytes_max));
  for (auto& x : result)
    if (!is_safe(x))
      x = '_';
}

} // namespace tributary
