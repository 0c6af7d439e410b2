#include "actors/collect/collector.hpp"

#include <caf/actor_cast.hpp>
#include <spdlog/spdlog.h>

#include "actors/collect/readings.hpp"
#include "schema/error.hpp"

namespace tributary {

collector::collector(caf::actor_config& cfg, actor_identity identity,
                     std::unique_ptr<source> what, kernel_files files,
                     size_t index, std::shared_ptr<spdlog::logger> log,
                     framer_actor framer)
    : observed(cfg, std::move(identity)),
      source_(std::move(what)),
      files_(std::move(files)),
      index_(index),
      log_(std::move(log)),
      framer_(framer.address()) {
  // nop
}

collector::behavior_type collector::make_behavior() {
  return {[this](sample_atom, tick t) {
    on_sample(t);
  }};
}

void collector::on_sample(tick t) {
  auto result = std::make_shared<tick_readings>();
  result->tick = t;
  result->collector = index_;
  auto error = source_->sample(files_, result->readings);
  // Told once when it begins and once when it ends, not every second.
  if (error && !failing_)
    log_->warn("collector {}: {}", source_->name(), to_text(error));
  else if (!error && failing_)
    log_->info("collector {}: reads again", source_->name());
  failing_ = static_cast<bool>(error);
  if (auto framer = caf::actor_cast<framer_actor>(framer_))
    send(framer, readings_atom_v, tick_readings_ptr{std::move(result)});
}

} // namespace tributary
