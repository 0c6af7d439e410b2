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

/// A collector that ends is started again, for ever, after a delay that doubles
/// up to five minutes: a source that always fails says so in the log each time.
constexpr int64_t restart_delay_ms_min = 5'000;
constexpr int64_t restart_delay_ms_max = 300'000;

/// After so many ticks that it answered, its failures are counted anew.
constexpr size_t calm_answers = 60;

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
      ticks_(options_.newest),
      sealer_(options_.host.epoch) {
  // nop
}

framer::behavior_type framer::make_behavior() {
  set_down_handler([this](caf::down_msg& x) { on_down(x); });
  switch_collectors(options_.collectors);
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
      [this](reload_atom, const collector_names_ptr& x) {
        switch_collectors(*x);
      },
  };
}

void framer::start_collector(size_t index) {
  auto& to = collectors_[index];
  if (!to.wanted || to.actor)
    return;
  to.actor = options_.start_collector(this, index, to.name);
  to.answers = 0;
  monitor(to.actor);
}

void framer::switch_collectors(const std::vector<std::string>& wanted) {
  auto is_wanted = [&](const std::string& name) {
    return std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  for (auto& x : collectors_) {
    x.wanted = is_wanted(x.name);
    if (x.wanted || !x.actor)
      continue;
    send_exit(x.actor, caf::exit_reason::user_shutdown);
    x.actor = nullptr;
    x.asked = 0;
  }
  for (auto& name : wanted) {
    auto same = [&](const slot& x) {
      return x.name == name;
    };
    auto i = std::find_if(collectors_.begin(), collectors_.end(), same);
    if (i == collectors_.end())
      i = collectors_.insert(collectors_.end(), slot{name, {}});
    start_collector(static_cast<size_t>(i - collectors_.begin()));
  }
}

void framer::on_down(const caf::down_msg& what) {
  for (size_t i = 0; i < collectors_.size(); ++i) {
    auto& x = collectors_[i];
    if (!x.actor || x.actor.address() != what.source)
      continue;
    x.actor = nullptr;
    x.asked = 0;
    x.failures = x.answers >= calm_answers ? 1 : x.failures + 1;
    auto shift = std::min<size_t>(x.failures - 1, 10);
    auto delay = std::min(restart_delay_ms_min << shift, restart_delay_ms_max);
    log_->warn("collector {} ended: {}; it is started again in {} ms",
               x.name.substr(0, x.name.find(':')), to_text(what.reason), delay);
    delayed_send(this, milliseconds(delay), start_atom_v,
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
    figures_->clock_steps.fetch_add(1, std::memory_order_relaxed);
    seal_part_0();
    begin_epoch();
    log_->warn("the clock went back; epoch {} begins", options_.host.epoch);
    return;
  }
  if (decision.missed > 0)
    note_missed(decision.missed, decision.due.value_or(0));
  if (decision.due)
    request_samples(*decision.due);
  schedule();
}

void framer::note_missed(int64_t count, tick before) {
  log_->warn("{} ticks were missed before {}", count, before);
  figures_->missed_ticks.fetch_add(count, std::memory_order_relaxed);
}

void framer::request_samples(tick t) {
  seal_part_0(); // of the tick before, if a collector is that slow
  if (!sealed_
      && std::any_of(collectors_.begin(), collectors_.end(),
                     [&](auto& x) { return x.asked != 0; }))
    note_missed(1, t);
  open_ = t;
  sealed_ = false;
  is_late_ = false;
  sealer_.begin(t);
  for (auto& x : collectors_) {
    // One that still works on an older tick is not asked again: its mailbox
    // stays empty, and its readings of ticks in between are gaps.
    if (x.asked != 0 || !x.actor)
      continue;
    x.asked = t;
    send(x.actor, sample_atom_v, t);
  }
  delayed_send(this, milliseconds(options_.deadline_ms), late_atom_v, t);
}

void framer::on_late(tick t) {
  if (t != open_)
    return;
  is_late_ = true;
  seal_part_0();
}

void framer::on_readings(const tick_readings& what) {
  auto& from = collectors_[what.collector];
  from.asked = 0;
  ++from.answers;
  if (what.tick != open_)
    return; // a whole tick late: a gap
  auto was_full = sealer_.dropped_readings() > 0;
  take(what);
  if (!was_full && sealer_.dropped_readings() > 0)
    log_->warn("{} columns are all that a host can have; charts beyond are "
               "left out",
               host_columns_max);
}

void framer::take(const tick_readings& what) {
  if (sealed_) {
    if (auto frame = sealer_.seal_late(what.readings))
      deliver(std::move(frame));
    return;
  }
  sealer_.add(what.readings);
  // One that hangs since an older tick keeps nobody waiting.
  if (is_late_
      || std::none_of(collectors_.begin(), collectors_.end(),
                      [&](auto& x) { return x.asked == open_; }))
    seal_part_0();
}

void framer::seal_part_0() {
  if (sealed_)
    return;
  // Each window begins with a key frame, so that a journal decodes from there.
  // Also after a pause that its first tick fell into.
  auto window = options_.host.window_start(open_);
  auto key = key_wanted_ || window != sealed_window_;
  // While nothing was read there is no part 0, and nobody takes others without
  // it: what comes first will be it, however late.
  if (auto frame = sealer_.seal(key)) {
    sealed_ = true;
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
  options_.host.epoch
      = next_epoch(options_.host.epoch, clock_->now_ms() / 1000);
  options_.host.boot = random_guid();
  // Sampling goes on once the new epoch is durable.
  offer_host();
}

void framer::on_exit() {
  for (auto& x : collectors_)
    if (x.actor)
      send_exit(x.actor, caf::exit_reason::user_shutdown);
  collectors_.clear();
  options_.start_collector = nullptr;
  ingest_ = nullptr;
  observed::on_exit();
}

} // namespace tributary
