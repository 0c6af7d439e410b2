#include "actors/storage/writer.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include <caf/actor_cast.hpp>
#include <spdlog/spdlog.h>

#include "actors/storage/recovery.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

/// Hosts that are offered together (a parent's start) share a commit.
constexpr int64_t offer_delay_ms = 10;

/// Longer than anybody waits for the answer to an offer.
constexpr auto offer_time_max = std::chrono::minutes(1);

/// Samples of windows that are worked on between two messages: some 2 to 5 ms,
/// with the piece that goes beyond below 10 ms on a slow core.
constexpr size_t slice_samples = 256u << 10;

} // namespace

writer::writer(caf::actor_config& cfg, actor_identity identity,
               writer_options options, std::unique_ptr<tributary::store> store,
               wall_clock_ptr clock, std::shared_ptr<node_figures> figures,
               std::shared_ptr<spdlog::logger> log)
    : observed(cfg, std::move(identity)),
      options_(options),
      store_(std::move(store)),
      clock_(std::move(clock)),
      figures_(std::move(figures)),
      log_(std::move(log)) {
  retention_clock_ = retention_clock{newest_of(*store_)};
  // Of a life of this actor before, in the same process.
  if (options_.passing && !store_->subscribers().empty())
    parent_ = store_->subscribers().begin()->first;
}

writer::behavior_type writer::make_behavior() {
  set_down_handler([this](caf::down_msg& x) {
    gate_.forget(x.source);
    note_receivers(receivers_.end(x.source.id()));
    for (auto of_hosts : {&sources_, &denied_})
      for (auto& kvp : *of_hosts)
        for (auto i = kvp.second.begin(); i != kvp.second.end();)
          i = i->address() == x.source ? kvp.second.erase(i) : std::next(i);
  });
  return {
      [this](offer_atom, const host_offer_ptr& x) { return on_offer(*x); },
      [this](roster_atom, const roster_update_ptr& x) {
        store_->put_roster(x->first, *x->second);
        staged();
      },
      [this](journal_atom, const journal_batch_ptr& x) { on_journal(*x); },
      [this](window_atom, const closed_windows_ptr& x) {
        if (x->moved_back)
          store_->move_back(x->host, *x->moved_back);
        for (auto& window : x->windows)
          store_->put_closed(x->host, window, x->is_ahead);
        staged();
      },
      [this](late_atom, const late_rows_ptr& x) {
        for (auto& row : x->rows)
          store_->put_late(x->host, row);
        staged();
      },
      [this](history_atom, const incoming_window_ptr& x) { on_history(x); },
      [this](resume_atom, const subscriber_actor& who, const guid& node) {
        return on_resume(who, node);
      },
      [this](journal_atom, journal_position first, uint64_t bytes) {
        return on_read(first, bytes);
      },
      [this](cursor_atom, const cursor_update_ptr& x) { on_cursor(*x); },
      [this](accept_atom, const host_above_ptr& x) { on_above(*x); },
      [this](key_atom, host_number host, uint32_t mark) {
        if (store_->put_key_mark(host, mark))
          schedule(options_.commit_every_ms);
        receivers_.forget(host); // it may go elsewhere: uplinks tell
        note_receivers({host});
      },
      [this](leave_atom, const subscriber_actor& x) {
        note_receivers(receivers_.end_link(x.id()));
      },
      [this](accept_atom, const source_actor& who, host_number number) {
        return on_ask_above(who, number);
      },
      [this](latest_atom, const guid& host) { return newest_durable(host); },
      [this](reload_atom, const writer_options_ptr& x) { on_reload(*x); },
      [this](forget_atom, const guid& host) { return on_forget(host); },
      [this](commit_atom) { on_timer(); },
      [this](tick_atom) { on_slice(); },
      [this](flush_atom) { return on_flush(); },
  };
}

void writer::on_exit() {
  ingests_.clear();
  pending_acks_.clear();
  window_acks_.clear();
  uplinks_.clear();
  pending_offers_.clear();
  gate_ = upstream_gate{};
  pending_questions_.clear();
  sources_.clear();
  denied_.clear();
  store_.reset(); // frees the file for whoever opens it next
  observed::on_exit();
}

void writer::staged() {
  if (auto sender = caf::actor_cast<ingest_actor>(current_sender()))
    ingests_.insert(std::move(sender));
  schedule(store_->staged_bytes() >= options_.commit_bytes
               ? 0
               : options_.commit_every_ms);
  work_on_windows();
}

void writer::schedule(int64_t delay_ms) {
  if (delay_ms == 0) {
    commit_or_retry();
    return;
  }
  if (scheduled_)
    return;
  scheduled_ = true;
  delayed_send(this, std::chrono::milliseconds(delay_ms), commit_atom_v);
}

void writer::on_timer() {
  scheduled_ = false;
  if (store_->has_work()) {
    commit_or_retry();
    return;
  }
  // Nothing to write, and so an ack of what was had before can go.
  commit_report nothing;
  nothing.journal_end = store_->journal_end();
  acknowledge(std::move(nothing));
}

void writer::commit_or_retry() {
  if (!commit()) {
    schedule(options_.commit_every_ms);
    return;
  }
  overdue_ = store_->is_behind();
  work_on_windows();
  if (store_->has_late()) // which commits count
    schedule(options_.commit_every_ms);
}

void writer::work_on_windows() {
  if (slicing_ || !store_->has_unprepared())
    return;
  slicing_ = true;
  send(this, tick_atom_v);
}

void writer::on_slice() {
  slicing_ = false;
  auto more = store_->prepare(slice_samples);
  if (!more) {
    if (!preparing_fails_)
      log_->error("windows can't be made blocks: {}", to_text(more.error()));
    preparing_fails_ = true;
    schedule(options_.commit_every_ms);
    return;
  }
  preparing_fails_ = false;
  if (*more) {
    work_on_windows();
    return;
  }
  // All that may wait for a commit is prepared. It comes with the timer, but at
  // once when others wait behind it.
  if (store_->has_prepared() && (overdue_ || store_->has_unprepared()))
    commit_or_retry();
  else
    schedule(options_.commit_every_ms);
}

bool writer::on_flush() {
  // What can't be prepared keeps its journal.
  store_->end_rest();
  auto more = store_->prepare(std::numeric_limits<size_t>::max());
  return (more && !store_->has_work()) || commit();
}

caf::result<host_standing_ptr> writer::on_offer(const host_offer& offer) {
  auto& definition = offer.definition;
  if (definition.id == options_.own && options_.keep_epoch)
    if (definition.epoch != known_epoch(definition.id))
      if (auto error = options_.keep_epoch(definition.epoch))
        return error;
  auto at_once = failing_ && is_durable(offer.definition);
  auto number = store_->put_host(offer.definition, offer.path, offer.key_mark);
  note_receivers({number});
  if (at_once)
    return standing_of(number);
  auto promise = make_response_promise<host_standing_ptr>();
  // Who offered those has been told that it took too long.
  auto now = clock().now();
  pending_offers_.erase(
      std::remove_if(pending_offers_.begin(), pending_offers_.end(),
                     [&](auto& x) { return x.since + offer_time_max < now; }),
      pending_offers_.end());
  pending_offers_.push_back({promise, number, now});
  if (auto sender = caf::actor_cast<ingest_actor>(current_sender()))
    ingests_.insert(std::move(sender));
  if (failing_) // many may come, and the next attempt is for all
    schedule(options_.commit_every_ms);
  else
    delayed_send(this, std::chrono::milliseconds(offer_delay_ms),
                 commit_atom_v);
  return promise;
}

/// Of the host's last life that was made known; 0 when none was.
epoch_number writer::known_epoch(const guid& host) const {
  auto known = store_->hosts().find(store_->number_of(host));
  return known == store_->hosts().end() ? 0 : known->second.definition.epoch;
}

/// Whether this life of the host is on disk: one that comes back while commits
/// fail is shown and passed on like those that stayed.
bool writer::is_durable(const host_definition& what) const {
  auto known = store_->hosts().find(store_->number_of(what.id));
  if (known == store_->hosts().end()
      || known->second.definition.epoch != what.epoch
      || known->second.definition.boot != what.boot)
    return false;
  return std::none_of(pending_offers_.begin(), pending_offers_.end(),
                      [&](auto& x) { return x.number == known->first; });
}

host_standing_ptr writer::standing_of(host_number number) const {
  auto result = std::make_shared<host_standing>();
  result->number = number;
  result->durable = store_->durable(number);
  result->definition = store_->hosts().at(number).definition;
  return result;
}

void writer::on_journal(const journal_batch& batch) {
  for (auto& x : batch.entries) {
    if (x.columns_of && !store_->has_roster(x.item.host, x.columns_of->epoch()))
      store_->put_roster(x.item.host, *x.columns_of);
    if (x.append)
      store_->append(x.item);
    if (!x.source)
      continue;
    auto& header = x.item.frame->header();
    auto covers = x.append && header.part == 0;
    pending_acks_.push_back(
        {x.source,
         {store_->staged_end(), x.item.host, covers ? header.epoch : 0,
          header.tick, x.lane_number}});
  }
  staged();
}

void writer::on_history(const incoming_window_ptr& what) {
  if (store_->hosts().count(what->host) == 0)
    return; // forgotten; its sender is gone
  auto token = next_token_++;
  window_acks_.wait(
      token, {what->source, what->lane_number, what->host, what->window.runs});
  store_->put_received(what->host, what->window, token, what->source_node);
  staged();
}

void writer::on_reload(const writer_options& options) {
  options_ = options;
  store_->keep(options.retention, options.further);
  receivers_.forget_hosts(); // they may go elsewhere: uplinks tell
  std::set<host_number> all;
  for (auto& kvp : store_->hosts())
    all.insert(kvp.first);
  note_receivers(all);
}

int64_t writer::retention_now() {
  auto was_held = retention_clock_.is_held();
  auto wall = clock_->now_ms() / 1000;
  auto steady = std::chrono::duration_cast<std::chrono::seconds>(
      clock().now().time_since_epoch());
  auto result = retention_clock_.at(wall, steady.count());
  if (retention_clock_.is_held() && !was_held)
    log_->warn("the clock is {} s later than expected: retention by time does "
               "not follow it for a day",
               wall - result);
  return result;
}

bool writer::commit() {
  auto begin = std::chrono::steady_clock::now();
  auto report = store_->commit_prepared(retention_now());
  auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begin);
  if (!report) {
    if (!failing_)
      log_->error("commit to {} failed, nothing is acknowledged until one "
                  "succeeds: {}",
                  store_->environment()->path(), to_text(report.error()));
    failing_ = true;
    figures_->commits_failed.fetch_add(1, std::memory_order_relaxed);
    if (options_.passing)
      let_go(); // there may be no room, and no commit without it
    return false;
  }
  if (failing_)
    log_->info("commits succeed again");
  failing_ = false;
  figures_->commits.fetch_add(1, std::memory_order_relaxed);
  figures_->commit_us.fetch_add(took.count(), std::memory_order_relaxed);
  figures_->commit_last_us.store(took.count(), std::memory_order_relaxed);
  // Only this thread writes it.
  if (took.count() > figures_->commit_longest_us.load())
    figures_->commit_longest_us.store(took.count());
  note_sizes();
  for (auto& x : report->damaged)
    log_->error("a stored block can't be read and is left out: {}", x);
  acknowledge(std::move(*report));
  note_forgotten();
  return true;
}

void writer::note_sizes() {
  auto txn = store_->environment()->read();
  if (!txn)
    return;
  if (auto use = txn->use_of(tables::journal))
    figures_->journal_bytes.store(static_cast<int64_t>(use->bytes),
                                  std::memory_order_relaxed);
  if (auto use = txn->use_of(tables::tier0))
    figures_->tier0_bytes.store(static_cast<int64_t>(use->bytes),
                                std::memory_order_relaxed);
}

} // namespace tributary
