#pragma once

/// Parent side of one connection: admission, order, duplicates, credit, acks.
/// Its failure ends its own connection only.
///
///   hello_wanted --hello ok--> open --bye, silence, error--> closed
///        |                                                     ^
///        +--denied, timeout, garbage---------------------------+

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/clock.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/link/beside_wires.hpp"
#include "actors/link/drain_desk.hpp"
#include "actors/link/pending_requests.hpp"
#include "actors/link/wire.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/storage/traffic.hpp"
#include "config/admission.hpp"
#include "schema/link.hpp"
#include "schema/run_unpacker.hpp"

namespace spdlog {
class logger;
}

namespace tributary {

struct session_options {
  guid own;
  std::string hostname;
  std::string program;
  std::shared_ptr<const admission> rules;
  /// Unacknowledged bytes that a child may have in flight, per lane: 15 s of a
  /// child of 20,000 metrics. Of 200 children that all catch up at once it
  /// still fits into what ingest holds (ingest_options::backlog_bytes_max).
  uint32_t credit_bytes = 512u << 10;
  /// After so long without a word the peer is asked for one.
  uint32_t ping_ms = 5000;
  /// After so long without a word it is gone.
  uint32_t silence_ms = 20000;
  /// For the whole hello to arrive.
  uint32_t hello_ms = 10000;
  ack_durability durability = ack_durability::disk;
  /// Knows what is durable, with `ack_durability::upstream` above.
  writer_actor above;
  /// Whether children are sent away; null: they never are.
  std::shared_ptr<drain_desk> drains;
  wall_clock_ptr clock;
};

/// Beside the wires: what a child sends wakes ingest and nobody else.
class session final : public beside_wires<observed<session_actor::base>> {
public:
  session(caf::actor_config& cfg, actor_identity identity,
          session_options_ptr options, wire_actor wire, std::string address,
          std::shared_ptr<node_figures> figures,
          std::shared_ptr<spdlog::logger> log, ingest_actor ingest,
          listener_actor listener);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  enum class mode { hello_wanted, open, closed };

  struct channel {
    host_definition host;
    replication_rules replication;
    /// 0 until ingest has answered.
    host_number number = 0;
    /// Another link delivers the host now.
    bool given_up = false;
    /// Layouts by hash, as they came; their bytes are bounded.
    std::map<content_hash, std::string> layouts;
    size_t layout_bytes = 0;
    /// Groups of the window that is arriving.
    std::vector<sealed_group> groups;
    /// Came before ingest has answered.
    std::optional<link_host_state> news;
  };

  /// What no child of ours sends.
  static caf::error malformed(const char* what) {
    return make_error(ec::corrupt, what);
  }

  // session.cpp: the connection
  void on_batch(const wire_batch& batch);
  caf::error on_body(const std::string& body);
  caf::error handle(link_message& message);
  caf::error on_hello(const link_hello& x);
  void on_tick();
  void transmit(const link_message& message);
  void shut(link_reason reason, const std::string& words);
  void end(link_reason reason, const std::string& words);
  void tell_status();
  /// Who says that it comes, with what its certificate says.
  host_claim claim_of(std::string_view key, const guid& host) const {
    return {key, host, address_,
            security_ && security_->verified ? &security_->peer_names
                                             : nullptr};
  }

  // session_hosts.cpp: the hosts that come over it
  caf::error on_host_open(const link_host_open& x);
  /// Answers a host with what the nodes above have of it.
  void accept_as_above(uint32_t number, const link_host_open& x,
                       host_number host);
  void accept_host(uint32_t number, const link_host_open& x,
                   const host_standing& standing);
  void refuse_host(uint32_t channel, const host_definition& host,
                   const caf::error& why);
  void on_host_state(const link_host_state& x);
  void on_taken_over(host_number number);
  caf::expected<channel*> channel_of(uint32_t number);

  // session_rules.cpp: other rules while it is open
  void on_reload(const session_options_ptr& options);
  void refuse_link(const std::string& why);

  // session_drain.cpp: who only asks, and who is sent away
  link_welcome welcome_of(const link_hello& x) const;
  void on_question(const link_hello& x);
  void end_question();
  bool join(const link_hello& x);
  void mind_drain();
  void on_drain(const link_drain& x);

  /// A child that neither left nor said that it stays is dropped then.
  static constexpr int64_t leave_ms_max = 60'000;

  // session_identity.cpp: whether the node is who it says
  void greet(const link_hello& x);
  caf::result<bool> on_doubt();
  void end_doubt(uint64_t cookie, bool lives);

  // session_requests.cpp: what nodes above and this one ask those below
  caf::result<wire_bytes_ptr> on_request(const link_request& what);
  caf::error on_reply(link_reply& x);
  void expire_requests();
  void end_requests(const std::string& why);

  // session_lanes.cpp: frames, rosters, blocks, acks
  caf::error on_run(const std::string& body);
  caf::error on_roster(link_roster& x);
  caf::error on_frame(link_frame& x);
  caf::error on_layout(link_layout& x);
  caf::error on_block(link_block& x);
  void hand_over();
  void on_committed(uint64_t number);
  void on_window_committed(uint64_t number);
  void on_need_key(host_number number, tick t);

  session_options_ptr options_;
  wire_actor wire_;
  std::string address_;
  /// Null: a plain link.
  std::shared_ptr<const wire_security> security_;
  std::shared_ptr<node_figures> figures_;
  std::shared_ptr<spdlog::logger> log_;
  ingest_actor ingest_;
  listener_actor listener_;

  mode mode_ = mode::hello_wanted;
  bool greeted_ = false;
  /// Bits of `link_wish`.
  uint16_t wishes_ = 0;
  /// Since the child was told to leave; -1: it was not.
  int64_t draining_ms_ = -1;
  bool stays_ = false;
  /// The hello was a question.
  bool asked_ = false;
  /// The listener knows of the hello, and then: no other life of the node has
  /// a link.
  bool is_offered_ = false;
  bool is_alone_ = false;
  /// The listener wants to know whether the child lives.
  struct question {
    uint64_t cookie;
    caf::typed_response_promise<bool> promise;
  };
  std::vector<question> questions_;
  uint64_t last_cookie_ = 0;
  guid node_;
  /// Name that the child gave itself.
  std::string hostname_;
  /// The same with the address, for the log.
  std::string peer_;
  std::string key_;
  std::map<uint32_t, channel> channels_;
  std::map<host_number, uint32_t> channel_numbers_;
  /// Hosts that are taken here while it is not known what is above.
  std::multiset<host_number> unanswered_;
  /// Hosts that the rules keep out; other rules may let them in.
  std::set<guid> denied_hosts_;
  run_unpacker unpacker_;
  pending_requests requests_;
  std::map<uint64_t, caf::typed_response_promise<wire_bytes_ptr>> askers_;
  std::vector<incoming_frame> frames_;
  uint64_t live_number_ = 0;
  uint64_t history_number_ = 0;
  uint64_t live_acked_ = 0;
  uint64_t history_acked_ = 0;
  /// A frame that is not acknowledged yet.
  struct unacked_frame {
    size_t bytes;
    tributary::tick tick;
  };
  // By lane number: to see who ignores the credit, and how far the link is.
  std::map<uint64_t, unacked_frame> unacked_;
  size_t unacked_bytes_ = 0;
  int64_t silent_ms_ = 0;
  /// When the link began, on this node's clock.
  tick opened_ = 0;
  uint64_t bytes_sent_ = 0;
  uint64_t bytes_received_ = 0;
  tick newest_ = 0;
  tick acked_ = 0;
};

} // namespace tributary
