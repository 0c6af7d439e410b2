#pragma once

/// The metronome of the node's own host: names the ticks, asks the collectors,
/// seals what they read and hands it to ingest. Part 0 is sealed as soon as all
/// collectors have answered, at the latest `deadline_ms` after the tick, or
/// else with the first that answers; what comes later travels as parts.

#include <functional>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>

#include "actors/clock.hpp"
#include "actors/collect/sealer.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/collect/tick_clock.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "schema/definition.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

/// Starts a collector by name; its readings carry `index`.
using collector_factory = std::function<collector_actor(
    framer_actor, size_t index, const std::string& name)>;

/// What a framer is told once.
struct framer_options {
  host_definition host;
  /// Sealed by earlier lives; the first tick is later.
  tick newest = 0;
  /// After a tick's start; design figure, far above what a /proc read takes.
  int64_t deadline_ms = 50;
  /// Names of the collectors, up to a `:` for people and then the sources that
  /// it reads, and how one is started, again after it ended.
  std::vector<std::string> collectors;
  collector_factory start_collector;
};

class framer final : public observed<framer_actor::base> {
public:
  framer(caf::actor_config& cfg, actor_identity identity,
         framer_options options, wall_clock_ptr clock,
         std::shared_ptr<node_figures> figures,
         std::shared_ptr<spdlog::logger> log, ingest_actor ingest);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  /// The collector of one source; its place never changes.
  struct slot {
    std::string name;
    /// Null while it waits to be started again, and while it is not wanted.
    collector_actor actor;
    bool wanted = true;
    /// The tick that it works on; 0 if it waits for the next.
    tick asked = 0;
    /// Ends in a row, and ticks that it answered since it was started.
    size_t failures = 0;
    size_t answers = 0;
  };

  void offer_host();
  void start_collector(size_t index);
  void switch_collectors(const std::vector<std::string>& wanted);
  void request_samples(tick t);
  void note_missed(int64_t count, tick before);
  void schedule();
  void on_tick();
  void on_late(tick t);
  void on_readings(const tick_readings& what);
  void on_down(const caf::down_msg& what);
  void take(const tick_readings& what);
  void seal_part_0();
  void deliver(frame_ptr frame);
  void begin_epoch();

  framer_options options_;
  wall_clock_ptr clock_;
  std::shared_ptr<node_figures> figures_;
  std::shared_ptr<spdlog::logger> log_;
  ingest_actor ingest_;

  std::vector<slot> collectors_;
  host_number number_ = 0;
  tick_clock ticks_;
  sealer sealer_;
  size_t charts_sent_ = 0;
  tick open_ = 0;
  bool sealed_ = true;
  /// The deadline of the open tick is over.
  bool is_late_ = false;
  bool key_wanted_ = true;
  /// Start of the window of the last part 0.
  tick sealed_window_ = 0;
  uint64_t lane_number_ = 0;
};

} // namespace tributary
