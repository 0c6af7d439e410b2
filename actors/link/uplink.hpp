#pragma once

/// Child side: keeps one link to a parent from the destination list
/// (destination_choice.hpp says to which). Resumes from the durable cursor,
/// sends live frames at once and owed windows beside them. Goes to another
/// parent when scouts have found that it would take this node, and not before
/// all that was sent is acknowledged.
///
///   waiting --timer--> connecting --wire--> hello_sent --welcome--> resuming
///      ^                                                              |
///      standing | v
///      +---- refused, closed, silent, error <------------- open <-- backlog
///      read

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>

#include "actors/clock.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/link/destination_choice.hpp"
#include "actors/link/history_lane.hpp"
#include "actors/link/history_pace.hpp"
#include "actors/link/live_lane.hpp"
#include "actors/link/parent_claims.hpp"
#include "actors/link/reply_lane.hpp"
#include "actors/link/wire.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/storage/traffic.hpp"
#include "config/host_routes.hpp"
#include "schema/link.hpp"
#include "schema/run_packer.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

struct uplink_options {
  guid own;
  guid boot;
  std::string hostname;
  std::string program;
  std::string api_key;
  /// Never empty.
  std::vector<destination> destinations;
  stream_mode mode = stream_mode::failover;
  /// Which hosts go this way: those with `route`. Null: all.
  std::shared_ptr<const host_routes> routes;
  size_t route = 0;
  /// Shared with the other uplinks of the node.
  std::shared_ptr<parent_claims> claims;
  uint16_t default_port = 19998;
  int64_t timeout_ms = 60000;
  /// Bounds of the random waits, see `wait_after`.
  int64_t reconnect_min_ms = 5000;
  int64_t reconnect_max_ms = 15000;
  /// What packs the live lane, preferred first; none where nothing shall. What
  /// changes here holds from the next connection on.
  std::vector<link_codec> codecs;
  uint32_t zstd_level = 1;
  uint32_t lz4_acceleration = 1;
  /// What parents may ask this node, and the nodes below it.
  request_rule answer_requests = request_rule::yes;
  /// Seeds the jitter; tests repeat a run with it.
  uint64_t seed = 0;
  wall_clock_ptr clock;
  /// For destinations with TLS; null when none has, or its files are unusable.
  std::shared_ptr<const tls_context> tls;
};

/// The actors that an uplink asks.
struct uplink_peers {
  ingest_actor ingest;
  writer_actor writer;
  reader_actor reader;
  connector_actor connector;
};

class uplink final : public observed<uplink_actor::base> {
public:
  uplink(caf::actor_config& cfg, actor_identity identity,
         uplink_options options, uplink_peers peers,
         std::shared_ptr<node_figures> figures,
         std::shared_ptr<spdlog::logger> log);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  enum class mode { waiting, connecting, hello_sent, resuming, open };

  struct channel {
    host_summary host;
    bool accepted = false;
    bool refused = false;
    /// It was accepted once: what that made owed is written down.
    bool compared = false;
    /// Where it was refused for what may pass: until it is offered again,
    /// seconds.
    int64_t offer_again_s = 0;
    /// On this link, in a row.
    unsigned refusals = 0;
    /// Not sent since, and owed once it is accepted.
    tick_set skipped;
    /// Charts of an epoch's roster that the parent has.
    std::map<epoch_number, size_t> charts_sent;
    std::set<content_hash> layouts_sent;
    /// Only a key frame can be read above; frames before it are owed.
    bool key_wanted = false;
    /// Of the past before it the parent wants only what the live lane did not
    /// bring.
    tick wanted_since = 0;
  };

  // uplink.cpp: the connection
  void connect();
  void on_connected(wire_actor wire);
  link_target target_of(size_t destination) const;
  link_hello hello() const;
  void tell_status();
  void enter(mode next, std::string reason);
  void leave();
  void start_anew(const char* with);
  void on_reload(const uplink_options& options);
  void on_tick();
  void on_batch(const wire_batch& batch);
  caf::error on_body(const std::string& body);
  void on_welcome(const link_welcome& x);
  void transmit(const link_message& message);
  void transmit(std::string bytes);
  caf::error agree(const link_welcome& x);

  // uplink_destinations.cpp: which parent, and when another one
  void begin_list();
  bool choose_destination();
  void schedule(int64_t wait_ms);
  void drop(const std::string& reason);
  void drop(const caf::error& error);
  void give_up(link_end cause, const std::string& reason);
  bool claim_parent(const link_welcome& x);
  bool ask_all(int64_t now_ms);
  void send_scout(size_t index);
  void on_found(const scout_report& report);
  void on_answer(const scout_report& report);
  void mind_destinations();
  void on_drain(const link_drain& x);
  void begin_move();
  void finish_move();
  void say_stays();
  void tell_destinations(link_status& to) const;

  /// What is not acknowledged by then is sent to the next parent again.
  static constexpr int64_t move_ms_max = 10'000;

  // uplink_resume.cpp: from welcome to open
  void resume();
  void on_standing(const subscriber_standing& standing);
  void read_backlog(journal_position from);
  void on_backlog(const journal_chunk& chunk);
  void open_hosts();
  /// The parent has it from elsewhere, or is it: it is not told of it.
  bool is_of_parent(const host_summary& host) const;
  bool goes_here(const host_summary& host) const;
  bool other_hosts_go_here() const;
  void open_host(const host_summary& host);
  void on_accept(const link_host_accept& x);
  void tell_above(host_above what);

  // uplink_hosts.cpp: hosts that come, go and are refused while it is open
  void on_host_refuse(const link_host_refuse& x);
  void on_host_close(const link_host_close& x);
  void offer_again(host_number number);
  void cut_off(channel& of);
  void tell_again(const channel& of);
  void keep_back(const host_summary& host);
  void mind_refused();
  void tell_state(channel& to, const host_summary& now);

  // uplink_lanes.cpp: frames and windows
  void on_publication(const publication& news);
  void on_published(const published_host& x);
  void on_published(const published_end& x);
  void on_published(const published_roster& x);
  void on_published(const published_frame& x);
  void on_published(const published_debt& x);
  void flush();
  bool send_frame(const published_frame& what);
  bool send_roster(channel& to, const frame_header& header, host_number number);
  void want_key(host_number number);
  void owe(host_number number, const tick_set& ticks);
  void owe_wanted(host_number number, const tick_set& ticks);
  void send_history();
  void send_window(const owed_window& what, const window_groups& groups);
  void mind_pace();
  void on_ack(const link_ack& x);
  void on_need_key(const link_need_key& x);
  void note_progress();

  // uplink_requests.cpp: what the parent asks
  caf::error on_request(const link_request& x);
  void refuse_request(uint64_t id, const caf::error& why);
  void answer_request(uint64_t id, const wire_bytes_ptr& bytes);
  void on_more();
  void send_replies();

  uplink_options options_;
  uplink_peers peers_;
  std::shared_ptr<node_figures> figures_;
  std::shared_ptr<spdlog::logger> log_;
  actor_directory_ptr directory_;

  mode mode_ = mode::waiting;
  /// Of the attempt or link that there is, or was last.
  size_t destination_ = 0;
  destination_choice choice_;
  /// When the next attempt is due, on `steady_ms`.
  int64_t due_ms_ = 0;
  /// Found by scouts: what comes next.
  std::optional<size_t> chosen_;
  // Scouts that have not answered, and what the others found in this round.
  uint64_t round_ = 0;
  size_t scouts_ = 0;
  bool asking_ = false;
  newest_by_destination found_;
  /// What the parent said when it ended the link.
  link_reason refusal_ = link_reason::none;
  /// The parent wants this node to go.
  bool drained_ = false;
  bool said_stays_ = false;
  /// Since nothing is sent any more, to leave for another parent; -1: it is.
  int64_t moving_since_ms_ = -1;
  /// Why the link is not up; empty while it is on its way there.
  std::string reason_;
  wire_actor wire_;
  guid parent_;
  std::string parent_name_;
  /// What its acks mean.
  std::string durability_;
  /// TLS of the link, for people; empty: plain.
  std::string security_;
  uint32_t credit_bytes_ = 0;
  /// Seconds of windows that it takes at once; 0: any.
  uint32_t replication_step_s_ = 0;
  /// Bits of `link_knowledge`.
  uint16_t parent_knows_ = 0;
  int64_t silent_ms_ = 0;
  uint64_t bytes_sent_ = 0;
  uint64_t bytes_received_ = 0;
  // Over all links to parents: what came to be sent, what a parent has.
  tick newest_ = 0;
  tick acked_ = 0;
  // Requests of an earlier link may still be answered: they are not for this.
  uint64_t generation_ = 0;

  journal_position head_ = 0;
  subscriber_standing standing_;
  std::vector<host_summary> hosts_;
  // Published while the backlog was being read: they come behind it.
  std::vector<published_frame> arrivals_;
  size_t arrivals_bytes_ = 0;
  std::map<host_number, channel> channels_;
  /// Hosts that go another way, or nowhere.
  std::map<host_number, host_summary> kept_back_;
  std::map<host_number, std::map<epoch_number, roster_ptr>> rosters_;
  std::map<host_number, tick_set> backlog_ticks_;
  live_lane live_;
  /// What the live lane sends now, until the end of `flush`.
  run_packer packer_;
  history_lane history_;
  history_pace pace_;
  reply_lane replies_;
  /// None until the node has named it.
  responder_actor responder_;
  // To be told to the writer: debts and payments since the last time.
  cursor_update progress_;
};

} // namespace tributary
