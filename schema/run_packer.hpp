#pragma once

/// The sending side of packed runs: collects what the live lane sends at a time
/// and makes the bytes for the link of it. Pure.

#include <algorithm>
#include <string>

#include "schema/frame_follower.hpp"
#include "schema/link_codec.hpp"
#include "schema/link_run.hpp"

namespace tributary {

class run_packer {
public:
  /// Packs nothing: messages come out as they are.
  run_packer() = default;

  /// @param effort see `pack_bytes`.
  /// @param run_bytes_max what the other side unpacks at most.
  run_packer(link_codec codec, int effort, size_t run_bytes_max)
      : codec_(codec),
        effort_(effort),
        run_bytes_max_(std::min(run_bytes_max, link_run_bytes_max)) {
    // nop
  }

  /// Adds a frame or a roster behind all others.
  void add(const link_message& message);

  /// What was added since, as bytes for the link; empty when nothing was.
  std::string take();

  /// Bytes that packing has kept off the link.
  int64_t saved_bytes() const noexcept {
    return saved_bytes_;
  }

  link_codec codec() const noexcept {
    return codec_;
  }

private:
  void add_frame(const link_frame& message);
  void add_whole(const link_message& message);
  void close_run();

  link_codec codec_ = link_codec::none;
  int effort_ = 1;
  size_t run_bytes_max_ = 0;
  frame_follower follower_;
  /// The run that is open, and what its messages take without packing.
  std::string run_;
  size_t plain_bytes_ = 0;
  /// Closed runs and messages too large for one.
  std::string out_;
  int64_t saved_bytes_ = 0;
};

} // namespace tributary
