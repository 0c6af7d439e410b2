#pragma once

/// The receiving side of packed runs: the messages in them, with caps on what
/// they may unpack to. Pure.

#include <functional>

#include "schema/frame_follower.hpp"
#include "schema/link_codec.hpp"
#include "schema/link_run.hpp"

namespace tributary {

class run_unpacker {
public:
  /// What takes each message; its error ends the run.
  using sink = std::function<caf::error(link_message&)>;

  /// Takes no run.
  run_unpacker() = default;

  explicit run_unpacker(link_codec codec) : codec_(codec) {
    // nop
  }

  /// Hands the frames and rosters of a run (`is_run`) to `use`, in order.
  /// Yields `ec::too_large` for one that claims more than `link_run_bytes_max`
  /// or `link_run_ratio_max` allow, before a byte of it is unpacked,
  /// `ec::corrupt` for what is no run, and what `use` yields. What came before
  /// the fault has been handed over.
  caf::error unpack(std::string_view body, const sink& use);

  /// A frame of the live lane that came as a message of its own.
  void passed(const link_frame& message) {
    if (codec_ != link_codec::none)
      follower_.passed(message);
  }

  /// Bytes that packing has kept off the link.
  int64_t saved_bytes() const noexcept {
    return saved_bytes_;
  }

  link_codec codec() const noexcept {
    return codec_;
  }

private:
  caf::error take_messages(std::string_view run, const sink& use);
  caf::error take_whole(std::string_view& run, const sink& use);
  caf::error take_lean(uint64_t head, std::string_view& run, const sink& use);

  link_codec codec_ = link_codec::none;
  frame_follower follower_;
  int64_t saved_bytes_ = 0;
};

} // namespace tributary
