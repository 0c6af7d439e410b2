#pragma once

/// What both sides of a link remember of the live lane, so that of a frame that
/// follows the one before it only payload and checksum have to travel. Pure.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "schema/link.hpp"

namespace tributary {

/// What stands before the payload in the bytes of a sealed frame.
using frame_head = std::array<uint64_t, 7>;

/// The head as `frame::seal` makes it.
frame_head head_of(const frame_header& header, uint32_t checksum,
                   size_t payload_bytes) noexcept;

/// A frame that follows, without what its follower knows.
struct lean_frame {
  uint32_t channel = 0;
  bool is_key = false;
  uint16_t flags = 0;
  uint32_t checksum = 0;
  std::string_view payload;
};

class frame_follower {
public:
  /// Channels that are remembered; frames of others are never lean.
  static constexpr size_t channels_max = 65536;

  /// Flags that a lean frame may have: 4 bits.
  static constexpr uint16_t flags_max = 15;

  /// The lean form, which `restore` of the other side makes this very message
  /// of; none where it would not. Valid as long as the frame.
  std::optional<lean_frame> lean(const link_frame& message) const;

  /// The message, all but its frame checked here; the frame's own check is
  /// `frame::open`. Yields `ec::corrupt`.
  caf::expected<link_frame> restore(const lean_frame& from) const;

  /// The message has passed, in whatever form.
  void passed(const link_frame& message);

private:
  struct last_frame {
    tributary::tick tick;
    epoch_number epoch;
    uint32_t columns;
  };

  /// The header of a frame that comes next; `last` of its channel.
  static frame_header next(const last_frame& last, bool is_key,
                           uint16_t flags) noexcept;

  std::map<uint32_t, last_frame> channels_;
  uint64_t number_ = 0;
};

} // namespace tributary
