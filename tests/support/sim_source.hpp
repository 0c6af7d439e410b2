#pragma once

/// Sources whose readings are a function of host, tick and dimension, so that
/// any node's values can be checked against what the origin must have read.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/clock.hpp"
#include "actors/collect/source.hpp"

namespace tributary {

/// What a host's sources have read so far; outlives the node's crashes.
struct sim_origin {
  /// Differs from host to host.
  uint64_t seed = 0;
  wall_clock_ptr clock;
  /// How often each tick was read: more than once where the clock went back.
  std::map<tick, int64_t> reads;
  /// Nothing is read while this is set: the node seals no frames.
  bool frozen = false;
  /// First tick of all, on which charts that appear later count.
  tick first = 0;
  /// Gauges of wide charts, for tests of volume; their values have no meaning.
  size_t wide_gauges = 0;
};

using sim_origin_ptr = std::shared_ptr<sim_origin>;

/// The sources of one life of the host. @param order shuffles the order in
/// which charts are first seen, and with it the columns of this life.
std::vector<source_ptr> make_sim_sources(const sim_origin_ptr& origin,
                                         uint64_t order);

/// Name of the source whose collector a simulation delays.
constexpr const char* sim_slow_source = "sim.slow";

/// What the stored integer of `chart/dimension` at `t` must be where it is
/// present; `sim.gauges/reads` depends on history and is left to the caller.
int64_t sim_expected(uint64_t seed, const std::string& column, tick t);

} // namespace tributary
