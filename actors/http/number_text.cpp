#include "actors/http/number_text.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

namespace tributary {

namespace {

/// Integers below this have at most 15 digits, and no two decimals of 15
/// digits are the same double: what was found is the shortest text.
constexpr double exact_max = 1e15;

constexpr double exponent_below = 1e-7;
constexpr double exponent_from = 1e21;

/// Three decimal digits and how many of them count.
struct digit_group {
  char text[3];
  uint8_t count;
};

/// By value. Looked up instead of computed: how many digits a value has differs
/// from one to the next, and branches on it that are guessed wrong cost more
/// than the digits.
struct digit_tables {
  /// Without zeros in front; of 0 the last digit stays.
  digit_group leading[1000];
  /// All three.
  digit_group inner[1000];
  /// Without zeros at the end.
  digit_group last[1000];
};

constexpr digit_tables make_tables() {
  digit_tables result{};
  for (unsigned i = 0; i < 1000; ++i) {
    const char text[] = {static_cast<char>('0' + i / 100),
                         static_cast<char>('0' + i / 10 % 10),
                         static_cast<char>('0' + i % 10)};
    unsigned front = i >= 100 ? 0 : i >= 10 ? 1 : 2;
    for (auto at = front; at < 3; ++at)
      result.leading[i].text[at - front] = text[at];
    result.leading[i].count = static_cast<uint8_t>(3 - front);
    for (auto at = 0; at < 3; ++at)
      result.inner[i].text[at] = result.last[i].text[at] = text[at];
    result.inner[i].count = 3;
    result.last[i].count = i % 10 != 0 ? 3 : i % 100 != 0 ? 2 : i != 0;
  }
  return result;
}

constexpr digit_tables digits = make_tables();

/// Writes four bytes, of which some count.
char* put(char* at, const digit_group& x) noexcept {
  std::memcpy(at, &x, sizeof(x));
  return at + x.count;
}

char* write_whole(char* at, uint64_t x) noexcept {
  if (x < 1'000)
    return put(at, digits.leading[x]);
  if (x < 1'000'000)
    at = put(at, digits.leading[x / 1'000]);
  else
    at = put(write_whole(at, x / 1'000'000), digits.inner[x / 1'000 % 1'000]);
  return put(at, digits.inner[x % 1'000]);
}

/// Writes `size` if it is a whole number of units of `1 / Scale`, a thousandth
/// or a millionth; null when it is not, or is too large to tell. It is no whole
/// number itself.
template <uint64_t Scale>
char* write_scaled(char* at, double size) noexcept {
  auto scaled = size * static_cast<double>(Scale);
  if (scaled >= exact_max)
    return nullptr;
  // Division of two exact integers rounds like reading the decimal does, so
  // equality here means that the decimal reads back as this very double.
  auto units = static_cast<int64_t>(scaled + 0.5);
  if (static_cast<double>(units) / static_cast<double>(Scale) != size)
    return nullptr;
  auto all = static_cast<uint64_t>(units);
  at = write_whole(at, all / Scale);
  *at++ = '.';
  auto rest = all % Scale;
  if (Scale == 1'000)
    return put(at, digits.last[rest]);
  // A third decimal alone was found before, so there are more than three.
  at = put(at, digits.inner[rest / 1'000]);
  return put(at, digits.last[rest % 1'000]);
}

char* write_general(char* at, double size) {
  auto format = size < exponent_below || size >= exponent_from
                    ? std::chars_format::scientific
                    : std::chars_format::fixed;
  return std::to_chars(at, at + number_chars_max - 1, size, format).ptr;
}

} // namespace

char* write_number(char* to, double value) {
  if (!std::isfinite(value))
    return to;
  auto size = std::fabs(value);
  *to = '-';
  to += value < 0;
  // The values of charts are scaled integers: no, three or six decimals hold
  // most of them, and this prints those faster than the general algorithm.
  if (size < exact_max) {
    auto whole = static_cast<int64_t>(size);
    if (static_cast<double>(whole) == size)
      return write_whole(to, static_cast<uint64_t>(whole));
  }
  if (auto end = write_scaled<1'000>(to, size))
    return end;
  if (auto end = write_scaled<1'000'000>(to, size))
    return end;
  return write_general(to, size);
}

char* write_number(char* to, int64_t value) {
  *to = '-';
  to += value < 0;
  auto size = static_cast<uint64_t>(value);
  return write_whole(to, value < 0 ? 0 - size : size);
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
