#pragma once

/// What a run of the swarm came to, for people and for programs.

#include <string>

#include "tools/swarm/swarm_link.hpp"

namespace tributary::load {

/// The counts of a run, or of a stretch of one.
struct swarm_report {
  double seconds = 0;
  uint64_t children = 0;
  uint64_t accepted = 0;
  uint64_t frames_made = 0;
  uint64_t frames_unacked = 0;
  swarm_counts counts;

  /// Per second of wall time.
  double samples_per_s() const noexcept;

  /// What went over sockets, by samples that are acknowledged.
  double bytes_per_sample() const noexcept;

  /// Every frame that was made is acknowledged.
  bool is_whole() const noexcept;
};

/// One line about the last second, for a terminal.
std::string progress_line(double at_s, const swarm_report& second);

/// A line `key value` for each figure.
std::string to_text(const swarm_report& x);

/// The same as one flat JSON object.
std::string to_json(const swarm_report& x);

} // namespace tributary::load
