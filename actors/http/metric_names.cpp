#include "actors/http/metric_names.hpp"

#include <algorithm>
#include <cstdint>

namespace tributary {

namespace {

struct known_unit {
  std::string_view text;
  std::string_view base;
  double factor;
};

constexpr known_unit known_units[] = {
    {"B", "bytes", 1},
    {"bytes", "bytes", 1},
    {"KB", "bytes", 1e3},
    {"MB", "bytes", 1e6},
    {"KiB", "bytes", 1 << 10},
    {"MiB", "bytes", 1 << 20},
    {"GiB", "bytes", 1 << 30},
    {"bits", "bytes", 0.125},
    {"kilobits", "bytes", 125},
    {"megabits", "bytes", 125e3},
    {"s", "seconds", 1},
    {"seconds", "seconds", 1},
    {"milliseconds", "seconds", 1e-3},
    {"ms", "seconds", 1e-3},
    {"microseconds", "seconds", 1e-6},
    {"us", "seconds", 1e-6},
    {"nanoseconds", "seconds", 1e-9},
    {"minutes", "seconds", 60},
    {"hours", "seconds", 3600},
    {"%", "percentage", 1},
};

bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size()
         && text.substr(text.size() - end.size()) == end;
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_name_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '_';
}

/// An unknown unit: no two `_` in a row, none at its ends.
std::string plain_unit(std::string_view text) {
  std::string result;
  for (char c : text)
    if (is_name_char(c) && c != '_')
      result += lower(c);
    else if (!result.empty() && result.back() != '_')
      result += '_';
  if (!result.empty() && result.back() == '_')
    result.pop_back();
  return result;
}

/// A unit without a `/`, and whether the table has it.
struct single_unit : base_unit {
  bool is_known = false;
};

single_unit to_single_unit(std::string_view text) {
  single_unit result;
  auto known
      = std::find_if(std::begin(known_units), std::end(known_units),
                     [text](const known_unit& x) { return x.text == text; });
  result.is_known = known != std::end(known_units);
  result.name = result.is_known ? known->base : plain_unit(text);
  result.factor = result.is_known ? known->factor : 1;
  return result;
}

} // namespace

void append_name(std::string& out, std::string_view text) {
  auto at = out.size();
  out += text;
  for (; at < out.size(); ++at)
    out[at] = is_name_char(out[at]) ? out[at] : '_';
}

base_unit base_unit_of(std::string_view units) {
  auto slash = units.find('/');
  base_unit result = to_single_unit(units.substr(0, slash));
  if (slash == std::string_view::npos)
    return result;
  auto per = to_single_unit(units.substr(slash + 1));
  if (per.name.empty())
    return result;
  // One of what is divided by: `/s` is per second.
  if (per.is_known && per.name.back() == 's')
    per.name.pop_back();
  result.name += (result.name.empty() ? "per_" : "_per_") + per.name;
  result.factor /= per.factor;
  return result;
}

bool is_homogeneous(const chart& x) noexcept {
  auto& first = x.dimensions.front();
  auto same = [](int64_t a, int64_t b) {
    return a == b || static_cast<uint64_t>(a) == 0 - static_cast<uint64_t>(b);
  };
  return std::all_of(x.dimensions.begin(), x.dimensions.end(), [&](auto& d) {
    return d.algorithm == first.algorithm
           && same(d.multiplier, first.multiplier)
           && same(d.divisor, first.divisor);
  });
}

void avoid_reserved_ending(std::string& name) {
  for (auto end : {"_total", "_sum", "_count", "_bucket", "_info"})
    if (ends_with(name, end)) {
      name += "_value";
      return;
    }
}

} // namespace tributary
