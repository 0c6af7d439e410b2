#include "actors/storage/ingest.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <caf/typed_response_promise.hpp>
#include <spdlog/spdlog.h>

namespace tributary {

namespace {

/// A commit of a loaded store takes milliseconds; a disk that takes this long
/// is treated as gone.
constexpr auto writer_timeout = std::chrono::seconds(30);

/// Frames that are passed on together: some milliseconds of work, which is how
/// long the first of them may wait for the last.
constexpr size_t held_frames_max = 64;

} // namespace

ingest::ingest(caf::actor_config& cfg, actor_identity identity,
               ingest_options options, std::vector<ingest_host> hosts,
               journal_position journal_end, wall_clock_ptr clock,
               std::shared_ptr<node_figures> figures,
               std::shared_ptr<spdlog::logger> log, writer_actor writer)
    : observed(cfg, std::move(identity)),
      options_(options),
      head_(journal_end),
      clock_(std::move(clock)),
      figures_(std::move(figures)),
      log_(std::move(log)),
      writer_(std::move(writer)) {
  std::vector<tick_range> covered;
  for (auto& x : hosts) {
    numbers_[x.hot.definition().id] = x.number;
    auto number = x.number;
    for (auto& run : x.hot.seen().runs())
      covered.push_back({run.from, run.to});
    hosts_.emplace(number,
                   host_entry{std::move(x), "not connected since start"});
  }
  retention_clock_ = retention_clock{believable_newest(std::move(covered))};
  started_ms_ = clock_->now_ms();
}

ingest::behavior_type ingest::make_behavior() {
  set_down_handler([this](caf::down_msg& x) {
    end_subscription(x.source);
    drop_source(x.source);
  });
  delayed_send(this, idle_interval, tick_atom_v);
  return {
      [this](offer_atom, const source_actor& source, const host_offer_ptr& x) {
        return on_offer(source, x);
      },
      [this](roster_atom, const incoming_roster_ptr& x) { on_roster(*x); },
      [this](frames_atom, const incoming_batch_ptr& x) { on_frames(*x); },
      [this](history_atom, const incoming_window_ptr& x) { on_history(x); },
      [this](leave_atom, const source_actor& source, host_number number,
             const std::string& reason) { on_leave(source, number, reason); },
      [this](status_atom, const host_presence_ptr& x) { on_presence(*x); },
      [this](need_key_atom, host_number number) { on_need_key(number); },
      [this](subscr_atom, const subscriber_actor& who) {
        return on_subscribe(who);
      },
      [this](leave_atom, const subscriber_actor& who) {
        demonitor(who.address());
        end_subscription(who.address());
      },
      [this](watch_atom, host_number number, bool wanted) {
        auto& count = watchers_[number];
        count += wanted ? 1 : 0;
        count -= !wanted && count > 0 ? 1 : 0;
      },
      [this](stored_atom, const commit_report_ptr& x) { on_stored(*x); },
      [this](hot_atom, const hot_request_ptr& x) { return on_hot(*x); },
      [this](hosts_atom) {
        auto result = std::make_shared<std::vector<host_summary>>();
        for (auto& kvp : hosts_)
          result->push_back(summary_of(kvp.second));
        return host_list_ptr{std::move(result)};
      },
      [this](latest_atom, const guid& host, int64_t seconds) {
        return on_latest(host, seconds);
      },
      [this](forget_atom, const guid& host) { return on_forget(host); },
      [this](reload_atom, const ingest_options_ptr& x) {
        options_.cleanup = x->cleanup;
      },
      [this](late_atom, const guid& host) { on_silence(host); },
      [this](tick_atom) {
        on_tick();
        clean_up();
        delayed_send(this, idle_interval, tick_atom_v);
      },
  };
}

void ingest::on_exit() {
  for (auto& kvp : hosts_)
    kvp.second.sources.clear();
  figures_->backlog_bytes.fetch_sub(static_cast<int64_t>(backlog_bytes_),
                                    std::memory_order_relaxed);
  subscribers_.clear();
  waiting_.clear();
  held_ = {};
  writer_ = nullptr;
  observed::on_exit();
}

ingest::host_entry* ingest::find(host_number number) {
  auto i = hosts_.find(number);
  return i == hosts_.end() ? nullptr : &i->second;
}

ingest::host_entry* ingest::find(host_number number,
                                 const source_actor& source) {
  auto entry = find(number);
  return entry != nullptr && entry->sources.contains(source) ? entry : nullptr;
}

// -- hosts --------------------------------------------------------------------

caf::result<host_standing_ptr> ingest::on_offer(const source_actor& source,
                                                const host_offer_ptr& what) {
  auto promise = make_response_promise<host_standing_ptr>();
  switch (verdict_on(source, *what)) {
  case host_lives::verdict::take:
    offer_to_writer(source, with_fresh_epoch(what), promise);
    break;
  case host_lives::verdict::wait:
    wait_for_silence(source, what, promise);
    break;
  case host_lives::verdict::clone:
    promise.deliver(clone_error(hosts_.at(numbers_.at(what->definition.id)),
                                what->definition));
    break;
  }
  return promise;
}

void ingest::offer_to_writer(
    const source_actor& source, const host_offer_ptr& offer,
    caf::typed_response_promise<host_standing_ptr> promise) {
  offered_.insert(offer->definition.id);
  auto answered = [this, id = offer->definition.id] {
    offered_.erase(offered_.find(id));
  };
  request(writer_, writer_timeout, offer_atom_v,
          with_known_definition(source, offer))
      .then(
          [this, promise, source, offer,
           answered](const host_standing_ptr& x) mutable {
            answered();
            take_host(source, *offer, *x);
            promise.deliver(x);
          },
          [promise, answered](caf::error& error) mutable {
            answered();
            promise.deliver(std::move(error));
          });
}

void ingest::take_host(const source_actor& source, const host_offer& offer,
                       const host_standing& standing) {
  auto i = hosts_.find(standing.number);
  if (i == hosts_.end()) {
    hot_host hot{standing.definition, standing.durable};
    i = hosts_
            .emplace(standing.number,
                     host_entry{{standing.number, offer.path, std::move(hot)}})
            .first;
    numbers_[standing.definition.id] = standing.number;
    i->second.kept.key_mark = offer.key_mark;
  }
  auto& entry = i->second;
  entry.kept.hot.redefine(standing.definition);
  if (known_sources_.insert(source.address()).second)
    monitor(source);
  if (auto replaced
      = entry.sources.add({source, offer.path, offer.definition.boot,
                           offer.presence, offer.key_mark}))
    send(replaced, leave_atom_v, standing.number);
  figures_->hosts.store(static_cast<int64_t>(hosts_.size()),
                        std::memory_order_relaxed);
  tell_presence(entry);
}

void ingest::on_leave(const source_actor& source, host_number number,
                      const std::string& reason) {
  auto entry = find(number);
  if (entry == nullptr || !entry->sources.remove(source))
    return; // a newer link of the same sender has it by now
  entry->reason = reason;
  tell_presence(*entry);
}

void ingest::on_roster(const incoming_roster& what) {
  auto entry = find(what.host, what.source);
  if (entry == nullptr)
    return;
  auto& hot = entry->kept.hot;
  if (auto error = hot.define(what.run)) {
    log_->warn("host {}: {}", hot.definition().hostname, to_text(error));
    send(what.source, refuse_atom_v, uint64_t{0});
    return;
  }
  auto columns_of = hot.roster_of(what.run.epoch);
  send(writer_, roster_atom_v,
       std::make_shared<const std::pair<host_number, roster_ptr>>(what.host,
                                                                  columns_of));
  publication news;
  news.items.push_back(published_roster{what.host, std::move(columns_of)});
  publish(std::move(news));
}

void ingest::on_need_key(host_number number) {
  auto entry = find(number);
  if (entry == nullptr)
    return;
  for (auto& x : entry->sources.all()) // who has it live is not known here
    send(x.who, need_key_atom_v, number, tick{0});
}

// -- frames -------------------------------------------------------------------

void ingest::on_frames(const incoming_batch& batch) {
  for (auto& x : batch.frames) {
    if (backlog_bytes_ > options_.backlog_bytes_max) {
      if (!refusing_)
        log_->error("the store does not keep up: {} MiB wait; frames are "
                    "refused until it does",
                    backlog_bytes_ >> 20);
      refusing_ = true;
      send(batch.source, refuse_atom_v, x.lane_number);
      break;
    }
    if (!on_frame(batch, x))
      break;
    held_.touched.insert(x.host);
  }
  // Children whose ticks are aligned all come at once: one message for many of
  // them instead of one each, as long as more wait.
  if (!has_mail() || held_.journal.entries.size() >= held_frames_max)
    pass_on();
}

caf::invoke_message_result ingest::consume(caf::mailbox_element& what) {
  if (!what.content().match_elements<frames_atom, incoming_batch_ptr>())
    pass_on(); // nothing overtakes the frames before it
  return observed::consume(what);
}

void ingest::pass_on() {
  if (held_.touched.empty())
    return;
  auto what = std::exchange(held_, {});
  // Published before it is durable: nobody below waits for a disk.
  if (!what.published.items.empty())
    publish(std::move(what.published));
  for (auto& kvp : what.late)
    send(writer_, late_atom_v,
         std::make_shared<const late_rows>(std::move(kvp.second)));
  if (!what.journal.entries.empty())
    send(writer_, journal_atom_v,
         std::make_shared<const journal_batch>(std::move(what.journal)));
  for (auto number : what.touched)
    if (auto entry = find(number)) {
      auto& hot = entry->kept.hot;
      close_windows(number, hot,
                    hot.newest() + 1 - options_.window_grace_seconds);
      close_ahead(number, hot, false);
    }
}

bool ingest::on_frame(const incoming_batch& batch, const incoming_frame& what) {
  auto entry = find(what.host, batch.source);
  if (entry == nullptr)
    return true; // given up or taken over: neither stored nor acknowledged
  auto& hot = entry->kept.hot;
  heed_clock(what.host, *entry);
  auto applied = hot.apply(*what.frame);
  if (!applied) {
    on_fault(batch, what, applied.error());
    return code_of(applied.error()) == ec::need_key;
  }
  auto append = *applied != frame_outcome::duplicate;
  held_.journal.entries.push_back(
      {{what.host, what.frame}, append, what.lane_number, batch.source});
  auto epoch = what.frame->header().epoch;
  if (append && epoch != hot.newest_roster()->epoch())
    held_.journal.entries.back().columns_of = hot.roster_of(epoch);
  entry->newest_arrival_ms = clock_->now_ms();
  note_life(*entry, batch.source, what.frame->header().tick);
  if (!append)
    return true;
  ++head_;
  auto bytes = what.frame->sealed().size();
  backlog_.emplace_back(head_, bytes);
  note_backlog(static_cast<int64_t>(bytes));
  auto& header = what.frame->header();
  if (header.part == 0 && header.is_key())
    entry->kept.key_position = head_;
  published_frame news{head_, what.host, what.frame, nullptr, nullptr};
  auto watched = watchers_.find(what.host);
  if (watched != watchers_.end() && watched->second > 0) {
    news.row = std::make_shared<const frame_row>(hot.last_row());
    news.columns_of = hot.roster_of(header.epoch);
  }
  held_.published.items.push_back(std::move(news));
  if (*applied == frame_outcome::late)
    note_late(*entry, header);
  return true;
}

void ingest::on_fault(const incoming_batch& batch, const incoming_frame& what,
                      const caf::error& error) {
  auto t = what.frame->header().tick;
  if (code_of(error) == ec::need_key) {
    // The sender owes the tick again and is told so before it gets the ack.
    send(batch.source, need_key_atom_v, what.host, t);
    held_.journal.entries.push_back(
        {{what.host, what.frame}, false, what.lane_number, batch.source});
    return;
  }
  log_->warn("host {} tick {}: {}",
             find(what.host)->kept.hot.definition().hostname, t,
             to_text(error));
  send(batch.source, refuse_atom_v, what.lane_number);
}

void ingest::on_history(const incoming_window_ptr& what) {
  auto entry = find(what->host, what->source);
  if (entry == nullptr)
    return;
  entry->kept.hot.add_seen(what->window.runs);
  entry->window_arrival_ms = clock_->now_ms();
  send(writer_, history_atom_v, what);
  publication news; // the range of what is here has grown
  news.items.push_back(published_host{summary_of(*entry)});
  publish(std::move(news));
}

// -- consumers ----------------------------------------------------------------

caf::result<hot_answer_ptr> ingest::on_hot(const hot_request& what) {
  auto id = what.host.empty() ? options_.own : what.host;
  auto number = numbers_.find(id);
  if (number == numbers_.end())
    return make_error(ec::not_found, "host " + to_string(id));
  auto& entry = hosts_.at(number->second);
  auto result = std::make_shared<hot_answer>();
  result->host = summary_of(entry);
  result->open = entry.kept.hot.windows(what.from, what.to);
  auto& definition = result->host.definition;
  auto first = definition.window_start(what.from);
  for (auto& x : entry.late)
    if (x->tick >= first && definition.window_start(x->tick) <= what.to)
      result->late.push_back(x);
  return hot_answer_ptr{std::move(result)};
}

host_summary ingest::summary_of(const host_entry& entry) const {
  host_summary result;
  auto& hot = entry.kept.hot;
  result.number = entry.kept.number;
  result.definition = hot.definition();
  result.path = entry.kept.path;
  result.key_mark = entry.kept.key_mark;
  result.connected = entry.sources.online();
  result.reason = result.connected ? std::string{} : absence_of(entry);
  result.newest = hot.newest();
  result.newest_ahead = hot.newest_ahead();
  result.oldest = hot.seen().oldest();
  result.newest_arrival_ms = entry.newest_arrival_ms;
  result.window_arrival_ms = entry.window_arrival_ms;
  result.left_ms = entry.left_ms;
  result.columns_of = hot.newest_roster();
  return result;
}

} // namespace tributary
