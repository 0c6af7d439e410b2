#pragma once

/// Reading the text of kernel tables: lines, words, numbers. Views into the
/// caller's text, no allocation, no locale. Used by sources only.

#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary {

/// Walks the complete lines of a text. The kernel ends every line; what follows
/// the last line feed was cut off, perhaps within a number, and is no line.
class line_reader {
public:
  explicit line_reader(std::string_view text) noexcept : rest_(text) {}

  /// The next line without its end; none after the last.
  std::optional<std::string_view> next() noexcept;

private:
  std::string_view rest_;
};

/// Walks the words of a line, which blanks and tabs separate.
class word_reader {
public:
  explicit word_reader(std::string_view line) noexcept : rest_(line) {}

  /// The next word, never empty; none after the last.
  std::optional<std::string_view> next() noexcept;

  /// The next word as `parse_count` reads it; none also after the last word.
  std::optional<int64_t> next_count() noexcept;

  /// Passes `count` words, or those that are left.
  void skip(size_t count) noexcept;

  /// What is left of the line.
  std::string_view rest() const noexcept {
    return rest_;
  }

private:
  std::string_view rest_;
};

/// A whole number from 0 to the largest int64 and nothing else. Kernel
/// counters are unsigned, but none that we read gets near 2^63 before the
/// machine is scrap; one beyond is damage, so none.
std::optional<int64_t> parse_count(std::string_view word) noexcept;

/// A whole number in hexadecimal digits without a prefix; none likewise.
std::optional<int64_t> parse_hex(std::string_view word) noexcept;

/// A decimal fraction like `0.08` in thousandths (80), digits beyond the third
/// dropped; none if it is negative, malformed or beyond int64.
std::optional<int64_t> parse_thousandths(std::string_view word) noexcept;

/// `x + y`; none if either is none or the sum is beyond int64.
std::optional<int64_t> checked_sum(std::optional<int64_t> x,
                                   std::optional<int64_t> y) noexcept;

/// Adds to a running total; an increment that takes it beyond int64 is damage,
/// and the total stays.
void add_checked(int64_t& total, int64_t increment) noexcept;

/// `x - y`; none if either is none or the difference is negative: the parts of
/// a kernel figure can't exceed the whole.
std::optional<int64_t> checked_difference(std::optional<int64_t> x,
                                          std::optional<int64_t> y) noexcept;

} // namespace tributary
