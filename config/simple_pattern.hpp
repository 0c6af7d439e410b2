#pragma once

/// Netdata's simple patterns, as in `allow from`: terms separated by spaces,
/// `*` for any text anywhere in a term, `!` before a term makes it refuse, the
/// first term that matches decides, no match refuses. A backslash takes a
/// space, `*`, `!` or backslash literally.

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

/// A value; reading one from text can't fail.
class simple_pattern {
public:
  /// Matches nothing.
  simple_pattern() = default;

  explicit simple_pattern(std::string_view text);

  /// Whether the first term that fits `name` is one without `!`. Compares
  /// bytes: upper and lower case differ.
  bool matches(std::string_view name) const;

  /// The same for one thing that has several names: the first term that fits
  /// any of them decides, so `!localhost *` can't be passed under the other
  /// name.
  bool matches_any(std::initializer_list<std::string_view> names) const;

  /// The text that it was made of, for printing it again.
  const std::string& text() const noexcept {
    return text_;
  }

  friend bool operator==(const simple_pattern& x, const simple_pattern& y) {
    return x.text_ == y.text_;
  }
  friend bool operator!=(const simple_pattern& x, const simple_pattern& y) {
    return !(x == y);
  }

private:
  struct term {
    bool refuses = false;
    /// The literal texts between the `*`; never empty. One means no `*`.
    std::vector<std::string> pieces;

    bool fits(std::string_view name) const;
  };

  void add_term(term x);

  std::string text_;
  std::vector<term> terms_;
};

} // namespace tributary
