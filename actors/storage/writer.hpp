#pragma once

/// The only owner of the write transaction. Gathers what ingest hands over,
/// commits it in groups, and acknowledges after the commit, never before. Runs
/// detached: a commit waits for the disk.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <caf/actor_clock.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/clock.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/storage/host_receivers.hpp"
#include "actors/storage/retention_clock.hpp"
#include "actors/storage/traffic.hpp"
#include "actors/storage/upstream_gate.hpp"
#include "actors/storage/window_acks.hpp"
#include "store/store.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

struct writer_options {
  /// Between two commits; also the delay of an ack.
  int64_t commit_every_ms = 1000;
  /// A commit begins at once when this much waits, so that a sender whose
  /// window is half used goes on; half of the credit of a link.
  size_t commit_bytes = 256u << 10;
  /// For a reload; what the store was opened with holds until then.
  block_retention retention;
  further_retention further;
  /// Set where no history is kept: acks wait for the parent's.
  struct passing_options {
    /// Somebody is there to pass to.
    bool has_parent = false;
    /// Of what waits for it.
    uint64_t buffer_bytes = 64u << 20;
  };
  std::optional<passing_options> passing;
  /// How many parents get a host when all of its links are up. Null: none is
  /// only passed on.
  std::function<size_t(const stored_host&)> receivers_of;
  /// The node's own host.
  guid own;
  /// Told of each new life of it before that is made known; null: nobody is.
  std::function<caf::error(epoch_number)> keep_epoch;
};

class writer final : public observed<writer_actor::base> {
public:
  writer(caf::actor_config& cfg, actor_identity identity,
         writer_options options, std::unique_ptr<store> store,
         wall_clock_ptr clock, std::shared_ptr<node_figures> figures,
         std::shared_ptr<spdlog::logger> log);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  caf::result<host_standing_ptr> on_offer(const host_offer& offer);
  epoch_number known_epoch(const guid& host) const;
  bool is_durable(const host_definition& what) const;
  host_standing_ptr standing_of(host_number number) const;
  void on_journal(const journal_batch& batch);
  void on_history(const incoming_window_ptr& what);
  void on_reload(const writer_options& options);

  // writer_subscribers.cpp
  caf::result<subscriber_standing_ptr> on_resume(const subscriber_actor& who,
                                                 const guid& node);
  caf::result<journal_chunk_ptr> on_read(journal_position first,
                                         uint64_t bytes);
  void on_cursor(const cursor_update& what);
  void note_receivers(const std::set<host_number>& hosts);

  // writer_forget.cpp
  caf::result<forget_state_ptr> on_forget(const guid& host);
  void note_forgotten();

  // writer_upstream.cpp: for nodes that keep no history
  void on_above(const host_above& what);
  caf::result<host_standing_ptr> on_ask_above(const source_actor& who,
                                              host_number number);
  void answer_above(host_number number);
  using sources_of_hosts = std::map<host_number, std::set<source_actor>>;
  void offer_again(sources_of_hosts& from, host_number number, const char* why);
  caf::error succeed_parent(const guid& node);
  void wait_for_parent(commit_report& report);
  void pass_upstream();
  void let_go();
  tick newest_durable(const guid& host) const;
  const subscriber* receiver() const;

  void schedule(int64_t delay_ms);
  void staged();
  void on_timer();
  void commit_or_retry();
  /// Works on windows for a few milliseconds, then goes on behind what came
  /// meanwhile.
  void on_slice();
  void work_on_windows();
  bool on_flush();
  bool commit();
  /// Unix seconds that retention goes by.
  int64_t retention_now();
  void note_sizes();
  void acknowledge(commit_report report);
  void acknowledge_windows(const std::vector<uint64_t>& tokens);
  void notify_debts(const commit_report& report);

  writer_options options_;
  std::unique_ptr<store> store_;
  wall_clock_ptr clock_;
  retention_clock retention_clock_;
  std::shared_ptr<node_figures> figures_;
  std::shared_ptr<spdlog::logger> log_;
  // Who handed in the first frame: told of every commit.
  std::set<ingest_actor> ingests_;
  /// Lane numbers to acknowledge once the journal is durable up to `position`,
  /// ascending.
  struct pending_ack {
    source_actor source;
    upstream_gate::waiting_frame frame;
  };
  std::deque<pending_ack> pending_acks_;
  window_acks window_acks_;
  std::map<guid, subscriber_actor> uplinks_;
  host_receivers receivers_;
  // Answered once the host is durable: a life of it may publish only then.
  struct pending_offer {
    caf::typed_response_promise<host_standing_ptr> promise;
    host_number number;
    caf::actor_clock::time_point since;
  };
  std::vector<pending_offer> pending_offers_;
  // Where no history is kept. The parent of the last link:
  upstream_gate gate_;
  guid parent_;
  struct pending_question {
    caf::typed_response_promise<host_standing_ptr> promise;
    source_actor source;
    host_number number;
  };
  std::vector<pending_question> pending_questions_;
  /// Who delivers a host, and who was denied it, to be told when it must be
  /// offered again.
  sources_of_hosts sources_;
  sources_of_hosts denied_;
  /// The last host that was forgotten, and the number that it had.
  forget_state forgotten_;
  host_number forgotten_number_ = 0;
  bool dropping_ = false;
  uint64_t next_token_ = 1;
  bool scheduled_ = false;
  bool slicing_ = false;
  /// Windows were left behind by a commit that was due: the next one comes as
  /// soon as they are prepared.
  bool overdue_ = false;
  bool failing_ = false;
  bool preparing_fails_ = false;
};

} // namespace tributary
