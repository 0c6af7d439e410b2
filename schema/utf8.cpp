#include "schema/utf8.hpp"

#include <cstdint>

namespace tributary {

namespace {

struct lead_byte {
  uint8_t low;
  uint8_t high;
  /// Bytes of the sequence.
  uint8_t size;
  /// Range of the second byte; it is what rules out overlong forms,
  /// surrogates and what lies beyond U+10FFFF.
  uint8_t second_low;
  uint8_t second_high;
};

/// Table 3-7 of the Unicode standard.
constexpr lead_byte lead_bytes[] = {
    {0xc2, 0xdf, 2, 0x80, 0xbf}, {0xe0, 0xe0, 3, 0xa0, 0xbf},
    {0xe1, 0xec, 3, 0x80, 0xbf}, {0xed, 0xed, 3, 0x80, 0x9f},
    {0xee, 0xef, 3, 0x80, 0xbf}, {0xf0, 0xf0, 4, 0x90, 0xbf},
    {0xf1, 0xf3, 4, 0x80, 0xbf}, {0xf4, 0xf4, 4, 0x80, 0x8f},
};

/// Bytes of the well-formed sequence that `text` starts with, 0 when it starts
/// with none. `text` is not empty.
size_t sequence_bytes(std::string_view text) noexcept {
  auto byte = [text](size_t i) {
    return static_cast<uint8_t>(text[i]);
  };
  if (byte(0) < 0x80)
    return 1;
  for (auto& x : lead_bytes) {
    if (byte(0) < x.low || byte(0) > x.high)
      continue;
    if (text.size() < x.size || byte(1) < x.second_low
        || byte(1) > x.second_high)
      return 0;
    for (size_t i = 2; i < x.size; ++i)
      if ((byte(i) & 0xc0) != 0x80)
        return 0;
    return x.size;
  }
  return 0;
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    auto size = sequence_bytes(text);
    if (size == 0)
      return false;
    text.remove_prefix(size);
  }
  return true;
}

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Calls `f` with each well-formed sequence, and with the replacement for each
/// byte of none.
template <class F>
void for_each_sequence(std::string_view text, F f) {
  while (!text.empty()) {
    auto size = sequence_bytes(text);
    f(size == 0 ? replacement : text.substr(0, size));
    text.remove_prefix(size == 0 ? 1 : size);
  }
}

bool steers(std::string_view sequence) {
  auto first = static_cast<uint8_t>(sequence[0]);
  if (sequence.size() == 1)
    return first < 0x20 || first == 0x7f;
  // U+0080 to U+009F.
  if (sequence.size() == 2)
    return first == 0xc2 && static_cast<uint8_t>(sequence[1]) < 0xa0;
  // U+202A to U+202E, U+2066 to U+2069; U+2028 and U+2029 break lines.
  auto within = [&](std::string_view low, std::string_view high) {
    return sequence >= low && sequence <= high;
  };
  return sequence.size() == 3
         && (within("\xe2\x80\xa8", "\xe2\x80\xae")
             || within("\xe2\x81\xa6", "\xe2\x81\xa9"));
}

} // namespace

std::string to_utf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for_each_sequence(text, [&](std::string_view x) { result += x; });
  return result;
}

std::string to_plain_text(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for_each_sequence(text, [&](std::string_view x) {
    if (steers(x))
      result += '?';
    else
      result += x;
  });
  return result;
}

} // namespace tributary
