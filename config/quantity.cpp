#include "config/quantity.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "config/fault.hpp"
#include "schema/error.hpp"

namespace tributary {

namespace {

struct unit {
  std::string_view name;
  uint64_t factor;
};

/// In ms; the longer name stands before its own head.
constexpr unit duration_units[] = {
    {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

/// In KiB, so that `1024KiB` counts as a whole MiB.
constexpr unit size_units[]
    = {{"KiB", 1}, {"MiB", 1u << 10}, {"GiB", 1u << 20}, {"TiB", 1u << 30}};

/// What all products and sums stay below.
constexpr auto value_max
    = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Takes the digits off the front of `text`; none without any, or beyond
/// `value_max`.
std::optional<uint64_t> take_number(std::string_view& text) {
  uint64_t result = 0;
  auto end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, result);
  if (error != std::errc{} || result > value_max)
    return std::nullopt;
  text.remove_prefix(static_cast<size_t>(rest - text.data()));
  return result;
}

/// Takes what stands before the next digit off the front of `text`.
std::string_view take_unit_name(std::string_view& text) {
  auto end = std::find_if(text.begin(), text.end(), is_digit);
  auto name = text.substr(0, static_cast<size_t>(end - text.begin()));
  text.remove_prefix(name.size());
  while (!name.empty() && name.front() == ' ')
    name.remove_prefix(1);
  while (!name.empty() && name.back() == ' ')
    name.remove_suffix(1);
  return name;
}

template <size_t Count>
std::optional<uint64_t> factor_of(const unit (&units)[Count],
                                  std::string_view name) {
  for (const auto& x : units)
    if (x.name == name)
      return x.factor;
  return std::nullopt;
}

caf::error no_duration(std::string_view text) {
  return make_error(
      ec::bad_configuration,
      fmt::format("{} is not a duration: write seconds, or numbers with ms, s, "
                  "m, h or d",
                  in_quotes(text)));
}

caf::error no_size(std::string_view text) {
  return make_error(
      ec::bad_configuration,
      fmt::format("{} is not a size: write MiB, or a number with KiB, MiB, GiB "
                  "or TiB that comes to whole MiB",
                  in_quotes(text)));
}

} // namespace

caf::expected<bool> parse_boolean(std::string_view text) {
  for (std::string_view yes : {"yes", "true", "on", "1"})
    if (text == yes)
      return true;
  for (std::string_view no : {"no", "false", "off", "0"})
    if (text == no)
      return false;
  return make_error(ec::bad_configuration,
                    fmt::format("{} is neither yes nor no", in_quotes(text)));
}

caf::expected<int64_t> parse_duration_ms(std::string_view text) {
  auto rest = text;
  uint64_t sum = 0;
  auto is_first = true;
  do {
    auto number = take_number(rest);
    auto is_plain = is_first && rest.empty();
    auto name = take_unit_name(rest);
    auto factor = factor_of(duration_units, is_plain ? "s" : name);
    if (!number || !factor || *number > (value_max - sum) / *factor)
      return no_duration(text);
    sum += *number * *factor;
    is_first = false;
  } while (!rest.empty());
  return static_cast<int64_t>(sum);
}

std::string duration_text(int64_t duration_ms) {
  if (duration_ms == 0)
    return "0s";
  auto rest = static_cast<uint64_t>(duration_ms);
  std::string result;
  for (auto i = std::size(duration_units); i-- > 0;) {
    const auto& x = duration_units[i];
    if (rest >= x.factor)
      result += fmt::format("{}{}", rest / x.factor, x.name);
    rest %= x.factor;
  }
  return result;
}

caf::expected<uint64_t> parse_size_mib(std::string_view text) {
  auto rest = text;
  auto number = take_number(rest);
  auto is_plain = rest.empty();
  auto name = take_unit_name(rest);
  auto factor = factor_of(size_units, is_plain ? "MiB" : name);
  if (!number || !factor || !rest.empty() || *number > value_max / *factor)
    return no_size(text);
  auto size_kib = *number * *factor;
  if (size_kib % 1024 != 0)
    return no_size(text);
  return size_kib / 1024;
}

std::string size_text(uint64_t size_mib) {
  if (size_mib != 0 && size_mib % (1u << 20) == 0)
    return fmt::format("{}TiB", size_mib >> 20);
  if (size_mib != 0 && size_mib % 1024 == 0)
    return fmt::format("{}GiB", size_mib >> 10);
  return fmt::format("{}MiB", size_mib);
}

caf::expected<uint64_t> parse_number(std::string_view text) {
  auto rest = text;
  auto result = take_number(rest);
  if (!result || !rest.empty())
    return make_error(ec::bad_configuration,
                      fmt::format("{} is not a whole number", in_quotes(text)));
  return *result;
}

} // namespace tributary
