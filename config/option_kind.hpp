#pragma once

/// The kinds of value that an option can have. A kind reads a text, checks its
/// bounds, writes a value back and says its bounds in words; the option table
/// is its only user. What `write` gives, `read` takes.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>
#include <fmt/format.h>

#include "config/destination.hpp"
#include "config/fault.hpp"
#include "config/quantity.hpp"
#include "config/simple_pattern.hpp"
#include "schema/error.hpp"
#include "schema/link_codec.hpp"
#include "schema/types.hpp"

namespace tributary {

/// `ec::bad_configuration` with the words of the fault.
inline caf::error bad_value(std::string words) {
  return make_error(ec::bad_configuration, std::move(words));
}

struct boolean_kind {
  using value_type = bool;
  caf::expected<bool> read(std::string_view text) const {
    return parse_boolean(text);
  }
  std::string write(bool x) const {
    return x ? "yes" : "no";
  }
  std::string bounds() const {
    return {};
  }
};

/// A boolean that says its words, for where it is not the only value.
struct yes_no_kind : boolean_kind {
  std::string bounds() const {
    return "yes, no";
  }
};

/// A whole number in [min, max].
template <class T>
struct number_kind {
  using value_type = T;
  T min;
  T max;

  caf::expected<T> read(std::string_view text) const {
    auto number = parse_number(text);
    if (!number)
      return std::move(number.error());
    if (*number < min || *number > max)
      return bad_value(fmt::format("{} is not in {}", *number, bounds()));
    return static_cast<T>(*number);
  }
  std::string write(T x) const {
    return fmt::format("{}", x);
  }
  std::string bounds() const {
    return fmt::format("{} to {}", min, max);
  }
};

/// A duration, held as multiples of `unit_ms` in [min, max] of them that are
/// multiples of `step`.
template <class T>
struct duration_kind {
  using value_type = T;
  int64_t unit_ms;
  T min;
  T max;
  T step = 1;

  caf::expected<T> read(std::string_view text) const {
    auto duration_ms = parse_duration_ms(text);
    if (!duration_ms)
      return std::move(duration_ms.error());
    auto step_ms = unit_ms * static_cast<int64_t>(step);
    if (*duration_ms % step_ms != 0)
      return bad_value(fmt::format("{} is not a multiple of {}",
                                   in_quotes(text), duration_text(step_ms)));
    auto count = static_cast<uint64_t>(*duration_ms / unit_ms);
    if (count < min || count > max)
      return bad_value(
          fmt::format("{} is not in {}", in_quotes(text), bounds()));
    return static_cast<T>(count);
  }
  std::string write(T x) const {
    return duration_text(unit_ms * static_cast<int64_t>(x));
  }
  std::string bounds() const {
    return fmt::format("{} to {}", write(min), write(max));
  }
};

/// A size in MiB in [min, max].
struct size_mib_kind {
  using value_type = uint64_t;
  uint64_t min;
  uint64_t max;

  caf::expected<uint64_t> read(std::string_view text) const;
  std::string write(uint64_t x) const;
  std::string bounds() const;
};

/// One of a few words; the values are 0, 1, 2... and `to_string` names them.
template <class Enum, size_t Count>
struct choice_kind {
  using value_type = Enum;

  caf::expected<Enum> read(std::string_view text) const {
    for (size_t i = 0; i < Count; ++i)
      if (text == to_string(static_cast<Enum>(i)))
        return static_cast<Enum>(i);
    return bad_value(
        fmt::format("{} is not one of: {}", in_quotes(text), bounds()));
  }
  std::string write(Enum x) const {
    return to_string(x);
  }
  std::string bounds() const {
    std::string result;
    for (size_t i = 0; i < Count; ++i) {
      result += i == 0 ? "" : ", ";
      result += to_string(static_cast<Enum>(i));
    }
    return result;
  }
};

/// A path of at most `bytes_max` bytes.
struct path_kind {
  using value_type = std::string;
  size_t bytes_max;
  /// Whether no path at all is a value.
  bool may_be_empty;

  caf::expected<std::string> read(std::string_view text) const;
  std::string write(const std::string& x) const {
    return x;
  }
  std::string bounds() const {
    return {};
  }
};

/// A name for a host; empty: none.
struct hostname_kind {
  using value_type = std::optional<std::string>;
  caf::expected<value_type> read(std::string_view text) const;
  std::string write(const value_type& x) const {
    return x.value_or("");
  }
  std::string bounds() const {
    return {};
  }
};

/// An address to listen on: IPv4, IPv6, `localhost` or `*`.
struct bind_address_kind {
  using value_type = std::string;
  caf::expected<std::string> read(std::string_view text) const;
  std::string write(const std::string& x) const {
    return x;
  }
  std::string bounds() const {
    return "an IPv4 or IPv6 address, localhost or *";
  }
};

/// An API key to present; empty: none. Faults never repeat the text: it may be
/// nearly the key.
struct key_kind {
  using value_type = guid;
  caf::expected<guid> read(std::string_view text) const;
  std::string write(const guid& x) const {
    return x.empty() ? "" : to_string(x);
  }
  std::string bounds() const {
    return "a UUID, as uuidgen makes it";
  }
};

struct destinations_kind {
  using value_type = std::vector<destination>;
  caf::expected<value_type> read(std::string_view text) const {
    return parse_destinations(text);
  }
  std::string write(const value_type& x) const;
  std::string bounds() const {
    return {};
  }
};

/// What all kinds of simple patterns have in common.
struct pattern_kind {
  using value_type = simple_pattern;
  std::string write(const simple_pattern& x) const {
    return x.text();
  }
  std::string bounds() const {
    return {};
  }
};

/// A simple pattern on addresses; never empty.
struct address_pattern_kind : pattern_kind {
  caf::expected<simple_pattern> read(std::string_view text) const;
};

/// Names of codecs, preferred first; never empty. Those that Netdata knows and
/// this program does not are left out.
struct codec_order_kind {
  using value_type = std::vector<link_codec>;
  caf::expected<value_type> read(std::string_view text) const;
  std::string write(const value_type& x) const;
  std::string bounds() const {
    return "of zstd, lz4";
  }
};

/// A simple pattern on GUIDs; never empty, in lower case. Each term is a whole
/// UUID or has a `*`.
struct guid_pattern_kind : pattern_kind {
  caf::expected<simple_pattern> read(std::string_view text) const;
};

/// A simple pattern on names; never empty.
struct name_pattern_kind : pattern_kind {
  caf::expected<simple_pattern> read(std::string_view text) const;
};

/// Another kind's value, or a word for none.
/// @tparam Words `word`, as it is written, and whether a text is one for none.
template <class Kind, class Words>
struct optional_kind {
  using value_type = std::optional<typename Kind::value_type>;
  Kind kind;

  caf::expected<value_type> read(std::string_view text) const {
    if (Words::is_none(text))
      return value_type{};
    auto x = kind.read(text);
    if (!x)
      return std::move(x.error());
    return value_type{std::move(*x)};
  }
  std::string write(const value_type& x) const {
    return x ? kind.write(*x) : Words::word;
  }
  std::string bounds() const {
    auto bounds = kind.bounds();
    return bounds.empty() ? bounds : bounds + ", or " + Words::word;
  }
};

struct off_words {
  static constexpr const char* word = "off";
  static bool is_none(std::string_view text) {
    return text == word || text == "never";
  }
};

struct automatic_words {
  static constexpr const char* word = "auto";
  static bool is_none(std::string_view text) {
    return text == word;
  }
};

template <class Kind>
using off_kind = optional_kind<Kind, off_words>;

template <class Kind>
using automatic_kind = optional_kind<Kind, automatic_words>;

} // namespace tributary
