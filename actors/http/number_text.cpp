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

/// Writes `value` if it is a whole number of units of `1 / Scale`, which has
/// `Digits` zeros; null when it is not, or is too large to tell.
template <uint64_t Scale, int Digits>
char* write_scaled(char* at, double value) {
  auto scaled = std::fabs(value) * static_cast<double>(Scale);
  if (scaled >= exact_max)
    return nullptr;
  // Division of two exact integers rounds like reading the decimal does, so
  // equality here means that the decimal reads back as this very double.
  auto whole = int64_t{std::llrint(scaled)};
  if (static_cast<double>(whole) / static_cast<double>(Scale)
      != std::fabs(value))
    return nullptr;
  if (value < 0)
    *at++ = '-';
  auto units = static_cast<uint64_t>(whole);
  at = std::to_chars(at, at + number_chars_max - 1, units / Scale).ptr;
  auto fraction = units % Scale;
  if (fraction != 0) {
    *at = '.';
    for (int i = Digits; i > 0; --i, fraction /= 10)
      at[i] = static_cast<char>('0' + fraction % 10);
    at += Digits + 1;
    while (at[-1] == '0')
      --at;
  }
  return at;
}

char* write_general(char* at, double value) {
  auto size = std::fabs(value);
  auto format = size < exponent_below || size >= exponent_from
                    ? std::chars_format::scientific
                    : std::chars_format::fixed;
  return std::to_chars(at, at + number_chars_max, value, format).ptr;
}

} // namespace

char* write_number(char* to, double value) {
  if (!std::isfinite(value))
    return to;
  // The values of charts are scaled integers: three or six decimals hold most
  // of them, and this prints those faster than the general algorithm.
  if (auto end = write_scaled<1, 0>(to, value))
    return end;
  if (auto end = write_scaled<1'000, 3>(to, value))
    return end;
  if (auto end = write_scaled<1'000'000, 6>(to, value))
    return end;
  return write_general(to, value);
}

char* write_number(char* to, int64_t value) {
  return std::to_chars(to, to + number_chars_max, value).ptr;
}

bool append_number(std::string& out, double value) {
  char buffer[number_chars_max];
  auto end = write_number(buffer, value);
  out.append(buffer, end);
  return end != buffer;
}

void append_number(std::string& out, int64_t value) {
  char buffer[number_chars_max];
  out.append(buffer, write_number(buffer, value));
}

} // namespace tributary
