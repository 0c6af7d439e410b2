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
  result->readings.reserve(reading_count_);
  auto error = source_->sample(files_, result->readings);
  reading_count_ = result->readings.size();
  // A round before is a tick before only if none was missed and none failed.
  if (last_ != t - 1 || !fault_.empty())
    for (auto& x : result->readings)
      x.before.clear();
  last_ = t;
  // Told once when it begins, when it changes and when it ends, not every
  // second.
  auto fault = error ? to_text(error) : std::string{};
  if (fault != fault_ && !fault.empty())
    log_->warn("collector {}: {}", source_->name(), fault);
  else if (fault != fault_)
    log_->info("collector {}: reads again", source_->name());
  fault_ = std::move(fault);
  if (auto framer = caf::actor_cast<framer_actor>(framer_))
    send(framer, readings_atom_v, tick_readings_ptr{std::move(result)});
}

} // namespace tributary
