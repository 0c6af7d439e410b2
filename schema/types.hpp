#pragma once

/// The strong types that every part speaks: who (`guid`), when (`tick`), how
/// fresh a life of a node is (`epoch`). Included by all; includes nothing of
/// ours.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

/// One slot of a host's time grid, named by the unix second at which it
/// starts. The grid step is 1 s; a chart of step k has slots at multiples of k.
using tick = int64_t;

/// The last tick that is taken from a file or a peer (in the year 36,812), so
/// that arithmetic on ticks can't overflow.
constexpr tick tick_max = tick{1} << 40;

/// Milliseconds since the unix epoch, on the wall clock of the machine.
using unix_ms = int64_t;

/// Counts the lives of a node: persisted before its first frame, higher is
/// newer. The higher epoch wins where two claim the same tick.
using epoch_number = uint32_t;

/// Place of an entry in a node's journal; dense, starts at 1, 0 means "none".
using journal_position = uint64_t;

/// Small number that a store gives to a host; meaningful in that store only.
using host_number = uint32_t;

/// 128 bits that name a node (and the host that it is the origin of), a boot,
/// or an API key. Written as a lower-case UUID.
struct guid {
  std::array<uint8_t, 16> bytes{};

  /// Whether all bits are zero, which names nobody.
  bool empty() const noexcept;

  /// The first and last eight bytes as big-endian numbers, for schemas.
  uint64_t high() const noexcept;
  uint64_t low() const noexcept;
  static guid from_words(uint64_t high, uint64_t low) noexcept;

  /// Reads the 36-character form, upper or lower case; anything else is none.
  static std::optional<guid> parse(std::string_view text) noexcept;

  friend bool operator==(const guid& x, const guid& y) noexcept {
    return x.bytes == y.bytes;
  }
  friend bool operator!=(const guid& x, const guid& y) noexcept {
    return x.bytes != y.bytes;
  }
  friend bool operator<(const guid& x, const guid& y) noexcept {
    return x.bytes < y.bytes;
  }
};

/// The 36-character lower-case form.
std::string to_string(const guid& x);

/// A fresh random (version 4) guid from the kernel's generator.
guid random_guid();

/// 128-bit content hash (XXH3) that names a layout.
struct content_hash {
  uint64_t high = 0;
  uint64_t low = 0;

  friend bool operator==(const content_hash& x, const content_hash& y) {
    return x.high == y.high && x.low == y.low;
  }
  friend bool operator!=(const content_hash& x, const content_hash& y) {
    return !(x == y);
  }
  friend bool operator<(const content_hash& x, const content_hash& y) {
    return x.high != y.high ? x.high < y.high : x.low < y.low;
  }
};

/// Hashes `size` bytes at `data`.
content_hash hash_of(const void* data, size_t size) noexcept;

} // namespace tributary
