#pragma once

/// Runs one source when the framer names a tick, and sends it what the source
/// read. Detached: a /proc entry may hang without delaying anybody else.

#include <string>

#include <caf/typed_event_based_actor.hpp>

#include "actors/collect/source.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

class collector final : public observed<collector_actor::base> {
public:
  /// @param index place in the framer's list.
  collector(caf::actor_config& cfg, actor_identity identity,
            std::unique_ptr<source> what, kernel_files files, size_t index,
            std::shared_ptr<spdlog::logger> log, framer_actor framer);

  behavior_type make_behavior() override;

private:
  void on_sample(tick t);

  std::unique_ptr<source> source_;
  kernel_files files_;
  size_t index_;
  std::shared_ptr<spdlog::logger> log_;
  caf::actor_addr framer_;
  /// What the last tick's fault was, empty after success.
  std::string fault_;
  tick last_ = 0;
  size_t reading_count_ = 0;
};

} // namespace tributary
