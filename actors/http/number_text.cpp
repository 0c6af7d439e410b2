#include "actors/http/number_text.hpp"

#include <charconv>
#include <cmath>

namespace tributary {

namespace {

/// Integers below this have at most 15 digits, and no two decimals of 15
/// digits are the same double: what was found is the shortest text.
constexpr double exact_max = 1e15;

constexpr double exponent_below = 1e-7;
constexpr double exponent_from = 1e21;

/// Longest output of `to_chars` in fixed notation within the two bounds above,
/// and of any int64, with room to spare.
constexpr size_t number_chars_max = 64;

/// Appends `value` if it is a whole number of units of `1 / Scale`, which has
/// `Digits` zeros; false when it is not, or is too large to tell.
template <uint64_t Scale, int Digits>
bool append_scaled(std::string& out, double value) {
  auto scaled = std::fabs(value) * static_cast<double>(Scale);
  if (scaled >= exact_max)
    return false;
  // Division of two exact integers rounds like reading the decimal does, so
  // equality here means that the decimal reads back as this very double.
  auto whole = int64_t{std::llrint(scaled)};
  if (static_cast<double>(whole) / static_cast<double>(Scale)
      != std::fabs(value))
    return false;
  char buffer[number_chars_max];
  auto at = buffer;
  if (value < 0)
    *at++ = '-';
  auto units = static_cast<uint64_t>(whole);
  at = std::to_chars(at, buffer + sizeof(buffer), units / Scale).ptr;
  auto fraction = units % Scale;
  if (fraction != 0) {
    *at = '.';
    for (int i = Digits; i > 0; --i, fraction /= 10)
      at[i] = static_cast<char>('0' + fraction % 10);
    at += Digits + 1;
    while (at[-1] == '0')
      --at;
  }
  out.append(buffer, at);
  return true;
}

void append_general(std::string& out, double value) {
  char buffer[number_chars_max];
  auto size = std::fabs(value);
  auto format = size < exponent_below || size >= exponent_from
                    ? std::chars_format::scientific
                    : std::chars_format::fixed;
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), value, format).ptr;
  out.append(buffer, end);
}

} // namespace

bool append_number(std::string& out, double value) {
  if (!std::isfinite(value))
    return false;
  // The values of charts are scaled integers: three or six decimals hold most
  // of them, and this prints those faster than the general algorithm.
  bool done = append_scaled<1, 0>(out, value)
              || append_scaled<1'000, 3>(out, value)
              || append_scaled<1'000'000, 6>(out, value);
  if (!done)
    append_general(out, value);
  return true;
}

void append_number(std::string& out, int64_t value) {
  char buffer[number_chars_max];
  auto end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
  out.append(buffer, end);
}

} // namespace tributary
