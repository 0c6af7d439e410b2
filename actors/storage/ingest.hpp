#pragma once

/// Where local data and every child's data meet: frames are checked, decoded
/// into the open windows, published at once and handed to the writer. Never
/// waits for a disk; what is not committed yet is bounded in bytes.

#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <caf/actor_clock.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/clock.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/storage/host_cleanup.hpp"
#include "actors/storage/host_lives.hpp"
#include "actors/storage/host_sources.hpp"
#include "actors/storage/retention_clock.hpp"
#include "actors/storage/traffic.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

/// How often idle hosts are looked at.
constexpr auto idle_interval = std::chrono::seconds(10);

struct ingest_options {
  /// The node's own host: what a query without a host means.
  guid own;
  /// Frames handed to the writer and not committed, and late rows that are in
  /// no block, bytes. At the bound frames are refused, so that senders keep
  /// them; a disk that is slow for seconds stays far below, and so do 200
  /// children with all of their credit.
  size_t backlog_bytes_max = 128u << 20;
  /// A window is closed when frames are this far behind its end.
  tick window_grace_seconds = 5;
  /// The windows of a host that sends nothing are closed after this long.
  tick idle_grace_seconds = 60;
  cleanup_options cleanup;
};

/// A host with what was read back from the store at start.
struct ingest_host {
  host_number number = 0;
  std::vector<guid> path;
  hot_host hot;
  /// Where the key frame of its chain is in the journal; 0 before the first.
  journal_position key_position = 0;
  /// Of the API key that it came with last; 0 for the own host.
  uint32_t key_mark = 0;
};

class ingest final : public observed<ingest_actor::base> {
public:
  ingest(caf::actor_config& cfg, actor_identity identity,
         ingest_options options, std::vector<ingest_host> hosts,
         journal_position journal_end, wall_clock_ptr clock,
         std::shared_ptr<node_figures> figures,
         std::shared_ptr<spdlog::logger> log, writer_actor writer);

  behavior_type make_behavior() override;
  caf::invoke_message_result consume(caf::mailbox_element& what) override;
  void on_exit() override;

private:
  struct host_entry {
    explicit host_entry(ingest_host x, std::string why = {})
        : kept(std::move(x)), reason(std::move(why)) {
      // nop
    }

    ingest_host kept;
    /// As the writer was told; it knows that of a host it brought.
    uint32_t written_mark = kept.key_mark;
    host_sources sources;
    std::string reason;
    unix_ms newest_arrival_ms = 0;
    unix_ms window_arrival_ms = 0;
    /// When it was connected last; 0: not since the start, or it is.
    unix_ms left_ms = 0;
    bool was_online = false;
    host_lives lives;
    /// In no open window any more and in no block yet, by journal position.
    std::deque<late_row_ptr> late;
    /// It was told that this host's clock is ahead.
    bool was_ahead = false;
  };

  /// An offer of a life while another one is live.
  struct waiting_offer {
    source_actor source;
    host_offer_ptr offer;
    caf::typed_response_promise<host_standing_ptr> promise;
    caf::actor_clock::time_point due;
  };

  /// What incoming frames lead to.
  struct outcome {
    journal_batch journal;
    publication published;
    std::map<host_number, late_rows> late;
    /// Whose windows may close.
    std::set<host_number> touched;
  };

  caf::result<host_standing_ptr> on_offer(const source_actor& source,
                                          const host_offer_ptr& what);
  void offer_to_writer(const source_actor& source, const host_offer_ptr& what,
                       caf::typed_response_promise<host_standing_ptr> promise);
  void take_host(const source_actor& source, const host_offer& offer,
                 const host_standing& standing);

  // ingest_identity.cpp: which life of a host it is, and who has it live
  host_lives::verdict verdict_on(const source_actor& source,
                                 const host_offer& offer);
  /// An own life whose number an earlier one has used gets the next.
  host_offer_ptr with_fresh_epoch(const host_offer_ptr& offer) const;
  host_offer_ptr with_known_definition(const source_actor& source,
                                       const host_offer_ptr& offer) const;
  void wait_for_silence(const source_actor& source, const host_offer_ptr& offer,
                        caf::typed_response_promise<host_standing_ptr> promise);
  template <class Predicate>
  std::vector<waiting_offer> take_waiting(const guid& host, Predicate is_over);
  void on_silence(const guid& host);
  void note_life(host_entry& entry, const source_actor& source, tick t);
  caf::error clone_error(const host_entry& entry,
                         const host_definition& newcomer) const;
  void on_presence(const host_presence& what);
  void tell_presence(host_entry& entry);
  void choose_key(host_entry& entry);
  std::string absence_of(const host_entry& entry) const;
  std::string name_of(const guid& node) const;
  void drop_source(const caf::actor_addr& source);

  void on_roster(const incoming_roster& what);
  void on_frames(const incoming_batch& batch);
  /// What is held goes to the writer and the subscribers.
  void pass_on();
  /// False: what follows in the batch is left out.
  bool on_frame(const incoming_batch& batch, const incoming_frame& what);
  void note_late(host_entry& entry, const frame_header& header);
  void note_backlog(int64_t bytes);
  void on_fault(const incoming_batch& batch, const incoming_frame& what,
                const caf::error& error);
  void on_history(const incoming_window_ptr& what);
  void on_leave(const source_actor& source, host_number number,
                const std::string& reason);
  void on_need_key(host_number number);
  subscription_start_ptr on_subscribe(const subscriber_actor& who);
  void end_subscription(const caf::actor_addr& who);
  void on_stored(const commit_report& report);
  caf::result<hot_answer_ptr> on_hot(const hot_request& what);
  caf::result<host_latest_list_ptr> on_latest(const guid& host,
                                              int64_t seconds);

  // ingest_forget.cpp
  caf::result<forget_state_ptr> on_forget(const guid& host);
  void clean_up();
  void drop_host(host_number number);
  void on_tick();
  void heed_clock(host_number number, host_entry& entry);
  void close_windows(host_number number, hot_host& hot, tick before);
  void close_ahead(host_number number, hot_host& hot, bool all);
  void publish(publication what);
  host_summary summary_of(const host_entry& entry) const;
  host_entry* find(host_number number);
  /// The host, if that source delivers it.
  host_entry* find(host_number number, const source_actor& source);

  ingest_options options_;
  std::map<host_number, host_entry> hosts_;
  std::map<guid, host_number> numbers_;
  /// Hosts whose offers the writer has not answered.
  std::multiset<guid> offered_;
  std::multimap<guid, waiting_offer> waiting_;
  /// Whose ends are told.
  std::set<caf::actor_addr> known_sources_;
  journal_position head_;
  wall_clock_ptr clock_;
  std::shared_ptr<node_figures> figures_;
  std::shared_ptr<spdlog::logger> log_;
  writer_actor writer_;
  std::vector<subscriber_actor> subscribers_;
  std::map<host_number, size_t> watchers_;
  // Frames on their way to the disk: position and bytes.
  std::deque<std::pair<journal_position, size_t>> backlog_;
  size_t backlog_bytes_ = 0;
  outcome held_;
  bool refusing_ = false;
  // For what is forgotten by itself.
  retention_clock retention_clock_;
  unix_ms started_ms_ = 0;
};

} // namespace tributary
