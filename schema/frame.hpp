#pragma once

/// A sealed frame: the unit of link and journal. Immutable, aligned, bounded,
/// shared. Only this wrapper and the definition one include frame.capnp.h.

#include <memory>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "schema/error.hpp"
#include "schema/types.hpp"

namespace tributary {

/// Bits of `frame_header::flags`.
enum frame_flag : uint16_t {
  frame_has_presence = 1,
  frame_has_estimated = 2,
  frame_has_raw = 4,
  /// The payload is of version 2.
  frame_is_v2 = 8,
};

struct frame_header {
  tributary::tick tick = 0;
  /// 0: a key frame.
  tributary::tick base_tick = 0;
  epoch_number epoch = 0;
  uint32_t columns = 0;
  uint16_t part = 0;
  uint16_t flags = 0;

  bool is_key() const noexcept {
    return base_tick == 0;
  }
};

class frame;

using frame_ptr = std::shared_ptr<const frame>;

class frame {
public:
  /// Checks sealed bytes of any alignment and copies them. Yields `ec::corrupt`
  /// with what is wrong, `ec::too_large` beyond `sealed_bytes_max`.
  static caf::expected<frame_ptr> open(std::string_view sealed);

  /// Wraps a payload made by the frame codec.
  static frame_ptr seal(const frame_header& header, std::string_view payload);

  const frame_header& header() const noexcept {
    return header_;
  }

  /// Codec bytes; 8-aligned.
  std::string_view payload() const noexcept {
    return payload_;
  }

  /// The bytes that travel and rest, a multiple of 8.
  std::string_view sealed() const noexcept {
    return {reinterpret_cast<const char*>(words_.data()), words_.size() * 8};
  }

  /// A million counters, each with an increment and a raw reading of ten bytes,
  /// and the bitmaps fit; more is an attack.
  static constexpr size_t sealed_bytes_max = 24u << 20;

private:
  frame() = default;

  frame_header header_;
  std::string_view payload_;
  std::vector<uint64_t> words_;
};

} // namespace tributary
