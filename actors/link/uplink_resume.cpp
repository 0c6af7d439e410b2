/// The part of uplink.hpp between welcome and open: where did we stop, what
/// does the parent lack.

#include <algorithm>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/link/uplink.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Local answers; the writer may be in a slow commit.
constexpr auto local_timeout = std::chrono::seconds(60);

/// Parts of a tick are seconds late at most, and a child that lost its parent
/// is at the next one within a minute.
constexpr int64_t late_ticks_max = 60;

/// One read of the journal.
constexpr uint64_t backlog_chunk_bytes = 1u << 20;

/// What a parent that is new to us has of a host's last ticks came another way,
/// on which parts of them may have been lost: coverage tells of ticks only.
void add_late_ticks(const coverage& durable, tick_set& to) {
  for (auto& range : durable.last(late_ticks_max).ranges())
    to.add(range);
}

} // namespace

void uplink::resume() {
  auto generation = generation_;
  auto failed = [this, generation](caf::error& error) {
    if (generation == generation_)
      drop("resuming: " + to_text(error));
  };
  // All that is published behind the head comes to us from now on.
  request(peers_.ingest, local_timeout, subscr_atom_v, subscriber_actor{this})
      .then(
          [this, generation, failed](const subscription_start_ptr& start) {
            if (generation != generation_)
              return;
            head_ = start->head;
            hosts_ = start->hosts;
            arrivals_.clear(); // before the answer: all up to the head
            arrivals_bytes_ = 0;
            for (auto& host : hosts_)
              if (host.columns_of)
                rosters_[host.number][host.columns_of->epoch()]
                    = host.columns_of;
            request(peers_.writer, local_timeout, resume_atom_v,
                    subscriber_actor{this}, parent_)
                .then(
                    [this, generation](const subscriber_standing_ptr& x) {
                      if (generation == generation_)
                        on_standing(*x);
                    },
                    failed);
          },
          failed);
}

void uplink::on_standing(const subscriber_standing& standing) {
  standing_ = standing;
  progress_ = cursor_update{};
  progress_.subscriber = parent_;
  backlog_ticks_.clear();
  history_.reset(credit_bytes_, replication_step_s_);
  pace_ = history_pace{};
  // What the journal no longer holds is owed already; see store trims.
  auto resumable = standing.known && standing.position < head_
                   && standing.journal_first != 0
                   && standing.journal_first <= standing.position + 1;
  live_.reset(resumable ? standing.position : head_, credit_bytes_);
  if (resumable)
    read_backlog(standing.position + 1);
  else
    open_hosts();
}

void uplink::read_backlog(journal_position from) {
  auto generation = generation_;
  request(peers_.writer, local_timeout, journal_atom_v, from,
          backlog_chunk_bytes)
      .then(
          [this, generation](const journal_chunk_ptr& x) {
            if (generation == generation_)
              on_backlog(*x);
          },
          [this, generation](caf::error& error) {
            if (generation == generation_)
              drop("reading the journal: " + to_text(error));
          });
}

void uplink::on_backlog(const journal_chunk& chunk) {
  owed_ticks owed;
  journal_position last = 0;
  for (auto& x : chunk.frames) {
    if (x.position > head_)
      break;
    last = x.position;
    auto t = x.frame->header().tick;
    backlog_ticks_[x.host].add({t, t});
    live_.push(x, owed);
  }
  for (auto& kvp : owed) {
    backlog_ticks_[kvp.first] = tick_set{}; // the coverage tells what is owed
    owe(kvp.first, kvp.second);
  }
  if (last == 0 || last == head_)
    open_hosts();
  else
    read_backlog(last + 1);
}

void uplink::open_hosts() {
  enter(mode::open, {});
  figures_->links_up.fetch_add(1, std::memory_order_relaxed);
  figures_->links_down.fetch_sub(1, std::memory_order_relaxed);
  for (auto& host : hosts_)
    open_host(host);
  hosts_.clear();
  owed_ticks owed;
  for (auto& frame : arrivals_)
    live_.push(frame, owed);
  arrivals_.clear();
  arrivals_bytes_ = 0;
  for (auto& kvp : owed) {
    owe(kvp.first, kvp.second);
    want_key(kvp.first);
  }
  if (!standing_.known) { // known from here on, so that trims make debts
    progress_.position = live_.cursor();
    note_progress();
  }
}

bool uplink::is_of_parent(const host_summary& host) const {
  auto& path = host.path;
  return host.definition.id == parent_
         || std::find(path.begin(), path.end(), parent_) != path.end();
}

bool uplink::goes_here(const host_summary& host) const {
  return !options_.routes
         || options_.routes->of_host(host.definition.id, host.key_mark)
                == options_.route;
}

/// Whether what is known of hosts is no longer as the routes say.
bool uplink::other_hosts_go_here() const {
  return std::any_of(channels_.begin(), channels_.end(),
                     [&](auto& x) { return !goes_here(x.second.host); })
         || std::any_of(kept_back_.begin(), kept_back_.end(),
                        [&](auto& x) { return goes_here(x.second); });
}

void uplink::open_host(const host_summary& host) {
  if (!goes_here(host)) {
    keep_back(host);
    return;
  }
  kept_back_.erase(host.number);
  if (is_of_parent(host)) {
    tell_above({host.number});
    return;
  }
  auto& to = channels_[host.number];
  to.host = host;
  // Without a place to go on from, the parent can read nothing before a key.
  to.key_wanted = !standing_.known;
  link_host_open open;
  open.channel = host.number;
  open.host = host.definition;
  open.path = host.path;
  if (open.path.empty() || open.path.back() != options_.own)
    open.path.push_back(options_.own);
  open.online = host.connected;
  open.why = host.reason;
  transmit(open);
}

void uplink::on_accept(const link_host_accept& x) {
  auto i = channels_.find(x.channel);
  if (i == channels_.end())
    return;
  auto number = i->first;
  i->second.accepted = true;
  i->second.refused = false; // what came of an offer before
  i->second.offer_again_s = 0;
  i->second.refusals = 0;
  i->second.wanted_since = x.wanted_since;
  auto missing = standing_.durable[number].missing_in(x.coverage);
  auto is_first = !std::exchange(i->second.compared, true);
  if (is_first && !standing_.known)
    add_late_ticks(standing_.durable[number], missing);
  for (auto& range : backlog_ticks_[number].ranges())
    missing.remove(range); // comes over the live lane
  // The history lane has them from here on, and pays them.
  for (auto& range : standing_.owed[number].ranges())
    missing.add(range);
  standing_.owed.erase(number);
  for (auto& range : i->second.skipped.ranges())
    missing.add(range);
  i->second.skipped = tick_set{};
  missing.remove({0, x.wanted_since - 1});
  if (!missing.empty())
    log_->info("uplink: {} ticks of {} are owed to {}", missing.count(),
               to_plain_text(i->second.host.definition.hostname), parent_name_);
  owe(number, missing);
  if (x.wanted_since > 0) { // what is written down as well
    history_.drop_before(number, x.wanted_since);
    progress_.pay.emplace_back(number, tick_range{0, x.wanted_since - 1});
  }
  if (i->second.key_wanted)
    want_key(number);
  flush();
  send_history();
  note_progress();
  // Behind what it makes owed.
  tell_above({number, host_above::stance::takes, x.coverage, x.wanted_since});
}

void uplink::tell_above(host_above what) {
  send(peers_.writer, accept_atom_v,
       host_above_ptr{std::make_shared<const host_above>(std::move(what))});
}

} // namespace tributary
