#include "schema/types.hpp"

#include <cstdio>

#include <sys/random.h>
#include <xxhash.h>

namespace tributary {

namespace {

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

uint64_t big_endian(const uint8_t* p) noexcept {
  uint64_t result = 0;
  for (int i = 0; i < 8; ++i)
    result = result << 8 | p[i];
  return result;
}

constexpr bool dash_at(size_t i) noexcept {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

} // namespace

bool guid::empty() const noexcept {
  return *this == guid{};
}

uint64_t guid::high() const noexcept {
  return big_endian(bytes.data());
}

uint64_t guid::low() const noexcept {
  return big_endian(bytes.data() + 8);
}

guid guid::from_words(uint64_t high, uint64_t low) noexcept {
  guid result;
  for (size_t i = 0; i < 8; ++i) {
    result.bytes[i] = static_cast<uint8_t>(high >> (56 - 8 * i));
    result.bytes[8 + i] = static_cast<uint8_t>(low >> (56 - 8 * i));
  }
  return result;
}

std::optional<guid> guid::parse(std::string_view text) noexcept {
  if (text.size() != 36)
    return std::nullopt;
  guid result;
  size_t nibble = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (dash_at(i)) {
      if (text[i] != '-')
        return std::nullopt;
      continue;
    }
    auto digit = hex_digit(text[i]);
    if (digit < 0)
      return std::nullopt;
    auto& byte = result.bytes[nibble / 2];
    byte = static_cast<uint8_t>(byte << 4 | digit);
    ++nibble;
  }
  return result;
}

std::string to_string(const guid& x) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string result;
  result.reserve(36);
  for (auto byte : x.bytes) {
    if (dash_at(result.size()))
      result += '-';
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

guid random_guid() {
  guid result;
  // 16 bytes are always delivered whole once the kernel's pool is seeded.
  while (getrandom(result.bytes.data(), result.bytes.size(), 0)
         != static_cast<ssize_t>(result.bytes.size()))
    ; // interrupted: again
  result.bytes[6] = static_cast<uint8_t>((result.bytes[6] & 0x0f) | 0x40);
  result.bytes[8] = static_cast<uint8_t>((result.bytes[8] & 0x3f) | 0x80);
  return result;
}

content_hash hash_of(const void* data, size_t size) noexcept {
  auto hash = XXH3_128bits(data, size);
  return {hash.high64, hash.low64};
}

} // namespace tributary
