/// The part of uplink.hpp that decides which parent has the link: failover, the
/// way back, the freshest, and leaving one that is drained.

#include <algorithm>
#include <chrono>

#include <caf/actor_system.hpp>
#include <spdlog/spdlog.h>

#include "actors/link/scout.hpp"
#include "actors/link/uplink.hpp"

namespace tributary {

/// All of it may be tried now.
void uplink::begin_list() {
  choice_.reset(options_.destinations.size(),
                {options_.reconnect_min_ms, options_.reconnect_max_ms});
  due_ms_ = 0;
  chosen_.reset();
  ++round_;
  scouts_ = 0;
  if (asking_) {
    asking_ = false;
    mode_ = mode::waiting;
  }
}

void uplink::schedule(int64_t wait_ms) {
  due_ms_ = steady_ms() + wait_ms;
  delayed_send(this, std::chrono::milliseconds(wait_ms), connect_atom_v);
}

/// False while it is not time, or the parents are being asked.
bool uplink::choose_destination() {
  if (chosen_) {
    destination_ = *chosen_;
    chosen_.reset();
    return true;
  }
  auto now = steady_ms();
  if (now < due_ms_)
    return false; // a timer from before
  auto step = choice_.next(now);
  if (step.wait_ms > 0) {
    schedule(step.wait_ms);
    return false;
  }
  if (options_.mode == stream_mode::freshest && ask_all(now))
    return false;
  destination_ = step.index;
  return true;
}

void uplink::drop(const std::string& reason) {
  give_up(end_of(make_error(ec::disconnected), refusal_), reason);
}

void uplink::drop(const caf::error& error) {
  give_up(end_of(error, refusal_), to_text(error));
}

void uplink::give_up(link_end cause, const std::string& reason) {
  leave();
  auto now = steady_ms();
  auto& list = options_.destinations;
  auto was_calm = choice_.is_calm(destination_, now);
  choice_.failed(destination_, cause, reason, now);
  // It has the newest, most likely: it is asked once more with the others.
  if (options_.mode == stream_mode::freshest && was_calm && list.size() > 1)
    choice_.forgive(destination_);
  auto next = choice_.next(now);
  enter(mode::waiting, reason);
  auto where = list.size() < 2
                   ? std::string{}
                   : ", at " + to_string(list[next.index]) + " after "
                         + to_string(list[destination_]);
  log_->warn("uplink: {}; next attempt in {} ms{}", reason, next.wait_ms,
             where);
  schedule(next.wait_ms);
}

/// False when another uplink has this parent.
bool uplink::claim_parent(const link_welcome& x) {
  auto& here = options_.destinations[destination_];
  auto other
      = options_.claims->claim(x.node, id(), to_string(here), options_.route);
  if (other.empty()) {
    choice_.welcomed(destination_, steady_ms());
    return true;
  }
  transmit(link_bye{link_reason::replaced});
  give_up(link_end::same_parent, to_string(here)
                                     + " leads to the same parent as " + other
                                     + ", which has the link");
  return false;
}

// -- scouts -------------------------------------------------------------------

void uplink::send_scout(size_t index) {
  ++scouts_;
  scout_task task;
  task.index = index;
  task.round = round_;
  task.target = target_of(index);
  task.hello = hello();
  task.hello.wishes |= wish_question;
  auto called = "scout " + to_string(task.target.destination);
  system().spawn<scout>(
      actor_identity{directory_, called, name(), actor_tenure::connection},
      std::move(task), peers_.connector, uplink_actor{this});
}

/// Which of those that can be reached has the newest of this host.
bool uplink::ask_all(int64_t now_ms) {
  auto candidates = choice_.candidates(now_ms);
  if (candidates.size() < 2)
    return false;
  asking_ = true;
  found_.clear();
  ++round_;
  scouts_ = 0;
  enter(mode::connecting, reason_);
  for (auto i : candidates)
    send_scout(i);
  return true;
}

void uplink::on_found(const scout_report& report) {
  if (report.round != round_)
    return;
  --scouts_;
  auto i = report.index;
  auto where = to_string(options_.destinations[i]);
  if (report.error) {
    auto words = to_text(report.error);
    if (choice_.failed(i, end_of(report.error, report.refusal), words,
                       steady_ms()))
      log_->info("uplink: {} would not take this node: {}", where, words);
  }
  if (asking_) {
    on_answer(report);
    return;
  }
  if (report.error) {
    mind_destinations(); // the next one, where we have to go
  } else if (report.node == parent_) {
    choice_.failed(i, link_end::same_parent,
                   "leads to the same parent as "
                       + to_string(options_.destinations[destination_]),
                   steady_ms());
  } else if (mode_ == mode::open && moving_since_ms_ < 0) {
    log_->info("uplink: {} takes this node{}", where,
               drained_ ? ", which the parent sends away" : " again");
    begin_move();
  }
}

void uplink::on_answer(const scout_report& report) {
  if (!report.error)
    found_[report.index] = report.newest;
  if (scouts_ != 0)
    return;
  asking_ = false;
  enter(mode::waiting, reason_);
  if (found_.empty()) {
    auto next = choice_.next(steady_ms());
    log_->warn("uplink: no parent takes this node; next attempt in {} ms",
               next.wait_ms);
    enter(mode::waiting, choice_.reason(next.index));
    schedule(next.wait_ms);
    return;
  }
  chosen_ = freshest_of(found_);
  log_->info("uplink: of {} parents {} has the newest samples of this node",
             found_.size(), to_string(options_.destinations[*chosen_]));
  connect();
}

// -- another parent -----------------------------------------------------------

/// Once a second while the link is open.
void uplink::mind_destinations() {
  if (mode_ != mode::open)
    return;
  if (moving_since_ms_ >= 0) {
    finish_move();
    return;
  }
  if (drained_ && options_.claims->has_other(id(), options_.route)) {
    begin_move(); // the others have all of it
    return;
  }
  if (scouts_ != 0 || (options_.mode == stream_mode::freshest && !drained_))
    return;
  if (auto i = choice_.to_ask(destination_, drained_, steady_ms()))
    send_scout(*i);
  else if (drained_)
    say_stays();
}

void uplink::say_stays() {
  if (said_stays_)
    return;
  said_stays_ = true;
  log_->warn("uplink: the parent sends this node away, which has nowhere else "
             "to go and stays");
  transmit(link_drain{true, false});
}

void uplink::on_drain(const link_drain& x) {
  if (mode_ != mode::open && mode_ != mode::resuming)
    return;
  if (x.ended) {
    if (drained_ && moving_since_ms_ >= 0) {
      moving_since_ms_ = -1;
      flush();
    }
    drained_ = said_stays_ = false;
    return;
  }
  if (drained_)
    return;
  log_->info("uplink: parent {} is drained", parent_name_);
  drained_ = true;
  choice_.hurry();
  mind_destinations();
}

/// Nothing more is sent; the link is left when all is acknowledged.
void uplink::begin_move() {
  moving_since_ms_ = steady_ms();
  finish_move();
}

void uplink::finish_move() {
  auto is_done
      = live_.in_flight_bytes() == 0 && history_.in_flight_bytes() == 0;
  if (!is_done && steady_ms() - moving_since_ms_ < move_ms_max)
    return;
  auto was_drained = drained_;
  std::string reason = was_drained ? "the parent is drained"
                                   : "left for a parent that is preferred";
  transmit(link_bye{was_drained ? link_reason::draining : link_reason::none});
  leave();
  if (was_drained)
    choice_.failed(destination_, link_end::draining, reason, steady_ms());
  else
    choice_.left(destination_);
  log_->info("uplink: {} is left, {}",
             to_string(options_.destinations[destination_]),
             is_done ? "all that was sent is acknowledged"
                     : "some of what was sent is not acknowledged yet");
  enter(mode::waiting, reason);
  due_ms_ = 0;
  connect();
}

// -- for people ---------------------------------------------------------------

void uplink::tell_destinations(link_status& to) const {
  auto now = steady_ms();
  auto& list = options_.destinations;
  for (size_t i = 0; i < list.size(); ++i) {
    destination_status x;
    x.address = to_string(list[i]);
    x.reason = choice_.reason(i);
    if (i == destination_ && mode_ != mode::waiting && !asking_) {
      x.state = drained_ ? "draining" : to.state;
    } else {
      auto wait = choice_.wait_ms(i, now);
      x.state = wait > 0 ? "postponed" : "ready";
      auto asked = i < destination_ && options_.mode == stream_mode::failover;
      if (mode_ == mode::waiting)
        x.next_ms = std::max(wait, due_ms_ - now);
      else if (mode_ == mode::open && asked)
        x.next_ms = choice_.ask_ms(i, now);
      else if (wait > 0)
        x.next_ms = wait;
    }
    to.destinations.push_back(std::move(x));
  }
}

} // namespace tributary
