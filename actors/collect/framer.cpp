#include "actors/collect/framer.hpp"

#include <algorithm>
#include <chrono>

#include <caf/actor_cast.hpp>
#include <spdlog/spdlog.h>

#include "actors/collect/readings.hpp"
#include "actors/storage/traffic.hpp"

namespace tributary {

namespace {

using std::chrono::milliseconds;

/// Ingest answers in microseconds once the writer has committed the host.
constexpr auto offer_timeout = std::chrono::seconds(10);

/// A collector that ends is started again after this long, for ever: a source
/// that always fails says so in the log once a restart.
constexpr auto collector_restart_delay = std::chrono::seconds(5);

} // namespace

framer::framer(caf::actor_config& cfg, actor_identity identity,
               framer_options options, wall_clock_ptr clock,
               std::shared_ptr<node_figures> figures,
               std::shared_ptr<spdlog::logger> log, ingest_actor ingest)
    : observed(cfg, std::move(identity)),
      options_(std::move(options)),
      clock_(std::move(clock)),
      figures_(std::move(figures)),
      log_(std::move(log)),
      ingest_(std::move(ingest)),
      collectors_(options_.collector_count),
      asked_(options_.collector_count, 0),
      ticks_(options_.newest),
      sealer_(options_.host.epoch) {
  // nop
}

framer::behavior_type framer::make_behavior() {
  set_down_handler([this](caf::down_msg& x) { on_down(x); });
  for (size_t i = 0; i < collectors_.size(); ++i)
    start_collector(i);
  offer_host();
  return {
      [](commit_atom, uint64_t) {
        // The framer keeps nothing that would wait for durability.
      },
      [](window_atom, uint64_t) {},
      [this](need_key_atom, host_number, tick) { key_wanted_ = true; },
      [this](leave_atom, host_number) {
        log_->error(
            "another node delivers this node's own host; is its machine "
            "GUID copied?");
      },
      [this](refuse_atom, uint64_t) {
        // The frame was not taken: what follows can't build on it.
        key_wanted_ = true;
        figures_->frames_refused.fetch_add(1, std::memory_order_relaxed);
      },
      [this](tick_atom) { on_tick(); },
      [this](late_atom, tick t) { on_late(t); },
      [this](start_atom, uint64_t index) {
        start_collector(static_cast<size_t>(index));
      },
      [this](readings_atom, const tick_readings_ptr& x) { on_readings(*x); },
  };
}

void framer::start_collector(size_t index) {
  collectors_[index] = options_.start_collector(this, index);
  monitor(collectors_[index]);
}

void framer::on_down(const caf::down_msg& what) {
  for (size_t i = 0; i < collectors_.size(); ++i)
    if (collectors_[i] && collectors_[i].address() == what.source) {
      log_->warn("collector {} ended ({}); it is started again", i,
                 caf::to_string(what.reason));
      collectors_[i] = nullptr;
      asked_[i] = 0;
      delayed_send(this, collector_restart_delay, start_atom_v,
                   static_cast<uint64_t>(i));
    }
}

void framer::offer_host() {
  auto offer = std::make_shared<host_offer>();
  offer->definition = options_.host;
  offer->path = {options_.host.id};
  request(ingest_, offer_timeout, offer_atom_v, source_actor{this},
          host_offer_ptr{std::move(offer)})
      .then(
          [this](const host_standing_ptr& standing) {
            number_ = standing->number;
            options_.host.epoch = standing->definition.epoch;
            sealer_ = sealer{options_.host.epoch};
            sealed_ = true;
            open_ = 0; // what is still read belongs to a tick of the old epoch
            charts_sent_ = 0;
            key_wanted_ = true;
            schedule();
          },
          [this](caf::error& error) {
            log_->error("the store does not take this host: {}",
                        to_text(error));
            quit(std::move(error));
          });
}

void framer::schedule() {
  auto delay = tick_clock::delay_ms(clock_->now_ms());
  delayed_send(this, milliseconds(delay), tick_atom_v);
}

void framer::on_tick() {
  auto decision = ticks_.wake(clock_->now_ms());
  if (decision.new_epoch) {
    log_->warn("the clock went back; epoch {} begins", options_.host.epoch + 1);
    figures_->clock_steps.fetch_add(1, std::memory_order_relaxed);
    seal_part_0();
    begin_epoch();
    return;
  }
  if (decision.missed > 0) {
    log_->warn("{} ticks were missed before {}", decision.missed,
               decision.due.value_or(0));
    figures_->missed_ticks.fetch_add(decision.missed,
                                     std::memory_order_relaxed);
  }
  if (decision.due)
    request_samples(*decision.due);
  schedule();
}

void framer::request_samples(tick t) {
  seal_part_0(); // of the tick before, if a collector is that slow
  open_ = t;
  sealed_ = false;
  sealer_.begin(t);
  for (size_t i = 0; i < collectors_.size(); ++i) {
    // One that still works on an older tick is not asked again: its mailbox
    // stays empty, and its readings of ticks in between are gaps.
    if (asked_[i] != 0 || !collectors_[i])
      continue;
    asked_[i] = t;
    send(collectors_[i], sample_atom_v, t);
  }
  delayed_send(this, milliseconds(options_.deadline_ms), late_atom_v, t);
}

void framer::on_late(tick t) {
  if (t == open_)
    seal_part_0();
}

void framer::on_readings(const tick_readings& what) {
  asked_[what.collector] = 0;
  if (what.tick != open_)
    return; // a whole tick late: a gap
  if (sealed_) {
    if (auto frame = sealer_.seal_late(what.readings))
      deliver(std::move(frame));
    return;
  }
  sealer_.add(what.readings);
  // One that hangs since an older tick keeps nobody waiting.
  if (std::find(asked_.begin(), asked_.end(), open_) == asked_.end())
    seal_part_0();
}

void framer::seal_part_0() {
  if (sealed_)
    return;
  sealed_ = true;
  // Each window begins with a key frame, so that a journal decodes from there.
  // Also after a pause that its first tick fell into.
  auto window = options_.host.window_start(open_);
  auto key = key_wanted_ || window != sealed_window_;
  if (auto frame = sealer_.seal(key)) {
    key_wanted_ = false;
    sealed_window_ = window;
    deliver(std::move(frame));
  }
}

void framer::deliver(frame_ptr frame) {
  auto& charts = sealer_.columns_of().charts();
  if (charts_sent_ < charts.size()) {
    auto update = std::make_shared<incoming_roster>();
    update->source = this;
    update->host = number_;
    update->run.epoch = sealer_.epoch();
    update->run.first_chart = static_cast<uint32_t>(charts_sent_);
    for (; charts_sent_ < charts.size(); ++charts_sent_)
      update->run.charts.push_back(charts[charts_sent_].chart);
    send(ingest_, roster_atom_v, incoming_roster_ptr{std::move(update)});
  }
  figures_->frames_sealed.fetch_add(1, std::memory_order_relaxed);
  figures_->samples_collected.fetch_add(frame->header().columns,
                                        std::memory_order_relaxed);
  auto batch = std::make_shared<incoming_batch>();
  batch->source = this;
  batch->frames.push_back({number_, ++lane_number_, std::move(frame)});
  send(ingest_, frames_atom_v, incoming_batch_ptr{std::move(batch)});
}

void framer::begin_epoch() {
  ++options_.host.epoch;
  options_.host.boot = random_guid();
  // Sampling goes on once the new epoch is durable.
  offer_host();
}

void framer::on_exit() {
  for (auto& x : collectors_)
    if (x)
      send_exit(x, caf::exit_reason::user_shutdown);
  collectors_.clear();
  options_.start_collector = nullptr;
  ingest_ = nullptr;
  observed::on_exit();
}

} // namespace tributary
