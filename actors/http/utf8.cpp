#include "actors/http/utf8.hpp"

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

std::string to_utf8(std::string_view text) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    auto size = sequence_bytes(text);
    result += size == 0 ? replacement : text.substr(0, size);
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return result;
}

} // namespace tributary
