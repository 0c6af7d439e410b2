#pragma once

/// Values of query parameters, for the parsers of api_query.hpp. Each refusal
/// is `ec::bad_request` and names the parameter.

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "actors/http/exchange.hpp"
#include "schema/error.hpp"

namespace tributary {

struct integer_range {
  int64_t low;
  int64_t high;
};

/// A word of the API and what it means.
template <class Value>
struct choice {
  std::string_view name;
  Value value;
};

/// What a client sent is quoted in part only: it may be long.
inline std::string quoted(std::string_view value) {
  constexpr size_t shown_bytes_max = 64;
  std::string result = "\"";
  result += value.substr(0, shown_bytes_max);
  result += value.size() > shown_bytes_max ? "...\"" : "\"";
  return result;
}

inline caf::expected<int64_t> parse_integer(const http_parameter& from,
                                            integer_range range) {
  int64_t result = 0;
  auto begin = from.value.data();
  auto end = begin + from.value.size();
  auto [rest, fault] = std::from_chars(begin, end, result);
  if (fault == std::errc::invalid_argument || rest != end)
    return make_error(ec::bad_request, from.name + " is not a whole number: "
                                           + quoted(from.value));
  if (fault != std::errc{} || result < range.low || result > range.high)
    return make_error(ec::bad_request, from.name + " is not within "
                                           + std::to_string(range.low) + " and "
                                           + std::to_string(range.high) + ": "
                                           + quoted(from.value));
  return result;
}

template <class Value, size_t Count>
caf::expected<Value> parse_choice(const http_parameter& from,
                                  const choice<Value> (&choices)[Count]) {
  std::string known;
  for (auto& x : choices) {
    if (x.name == from.value)
      return x.value;
    known += known.empty() ? "" : ", ";
    known += x.name;
  }
  return make_error(ec::bad_request, from.name + " is none of " + known + ": "
                                         + quoted(from.value));
}

/// The parts between any of `separators`; empty parts are left out.
inline std::vector<std::string> split(std::string_view text,
                                      std::string_view separators) {
  std::vector<std::string> result;
  while (!text.empty()) {
    auto end = std::min(text.find_first_of(separators), text.size());
    if (end > 0)
      result.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

/// Moves a parsed value to its place, or its error out.
template <class Value, class Field>
caf::error take(caf::expected<Value> from, Field& to) {
  if (!from)
    return std::move(from.error());
  to = static_cast<Field>(*from);
  return caf::none;
}

} // namespace tributary
