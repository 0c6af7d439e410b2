#include "actors/collect/kernel_text.hpp"

#include <charconv>
#include <system_error>

namespace tributary {

std::optional<std::string_view> line_reader::next() noexcept {
  auto end = rest_.find('\n');
  if (end == std::string_view::npos)
    return std::nullopt;
  auto result = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return result;
}

std::optional<std::string_view> word_reader::next() noexcept {
  auto begin = rest_.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    rest_ = {};
    return std::nullopt;
  }
  rest_.remove_prefix(begin);
  auto result = rest_.substr(0, rest_.find_first_of(" \t"));
  rest_.remove_prefix(result.size());
  return result;
}

std::optional<int64_t> word_reader::next_count() noexcept {
  auto word = next();
  return word ? parse_count(*word) : std::nullopt;
}

void word_reader::skip(size_t count) noexcept {
  while (count-- > 0 && next())
    ;
}

namespace {

std::optional<int64_t> parse_digits(std::string_view word, int base) noexcept {
  int64_t result = 0;
  auto end = word.data() + word.size();
  auto [last, error] = std::from_chars(word.data(), end, result, base);
  if (error != std::errc{} || last != end || word.front() == '-')
    return std::nullopt;
  return result;
}

} // namespace

std::optional<int64_t> parse_count(std::string_view word) noexcept {
  return parse_digits(word, 10);
}

std::optional<int64_t> parse_hex(std::string_view word) noexcept {
  return parse_digits(word, 16);
}

std::optional<int64_t> parse_thousandths(std::string_view word) noexcept {
  auto point = word.find('.');
  auto whole = parse_count(word.substr(0, point));
  if (!whole)
    return std::nullopt;
  int64_t fraction = 0;
  if (point != std::string_view::npos) {
    auto digits = word.substr(point + 1);
    if (digits.empty()
        || digits.find_first_not_of("0123456789") != std::string_view::npos)
      return std::nullopt;
    for (size_t i = 0; i < 3; ++i)
      fraction = 10 * fraction + (i < digits.size() ? digits[i] - '0' : 0);
  }
  int64_t result = 0;
  if (__builtin_mul_overflow(*whole, int64_t{1000}, &result)
      || __builtin_add_overflow(result, fraction, &result))
    return std::nullopt;
  return result;
}

std::optional<int64_t> checked_sum(std::optional<int64_t> x,
                                   std::optional<int64_t> y) noexcept {
  int64_t result = 0;
  if (!x || !y || __builtin_add_overflow(*x, *y, &result))
    return std::nullopt;
  return result;
}

void add_checked(int64_t& total, int64_t increment) noexcept {
  int64_t result = 0;
  if (!__builtin_add_overflow(total, increment, &result))
    total = result;
}

std::optional<int64_t> checked_difference(std::optional<int64_t> x,
                                          std::optional<int64_t> y) noexcept {
  int64_t result = 0;
  if (!x || !y || __builtin_sub_overflow(*x, *y, &result) || result < 0)
    return std::nullopt;
  return result;
}

} // namespace tributary
