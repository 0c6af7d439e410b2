#pragma once

/// Answers the commands of the shell. Looks into directories that need nobody's
/// answer where it can, so that it speaks while others hang; what it has to ask
/// for, it asks with a time-out. Needs no other actor to run. Asks nodes below
/// through the sessions of their links, and answers nodes above through the
/// uplink.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include "actors/clock.hpp"
#include "actors/link/drain_desk.hpp"
#include "actors/link/request_route.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/shell/reports.hpp"
#include "actors/storage/backup_desk.hpp"
#include "schema/link.hpp"

namespace tributary {

struct introspection_options {
  node_summary node;
  wall_clock_ptr clock;
  actor_directory_ptr directory;
  std::shared_ptr<const node_figures> figures;
  /// Null: there are no backups.
  std::shared_ptr<backup_desk> backups;
  /// Null: children can't be sent away.
  std::shared_ptr<drain_desk> drains;
};

/// One row on the drain. tributary-shell asks on while `state` is `running`.
/// @param is_committed what children that left have sent is durable.
report_table drain_table(const drain_state& drain, bool is_committed);

class introspection final : public observed<introspection_actor::base> {
public:
  /// @param supervisor asked what its children do; may be none.
  introspection(caf::actor_config& cfg, actor_identity identity,
                introspection_options options, const node_actor& supervisor);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using promise = caf::typed_response_promise<shell_report_ptr>;
  /// Gets the bytes of a framed shell message.
  using reply_handler = std::function<void(caf::expected<wire_bytes_ptr>)>;

  /// A line of the command table.
  struct command {
    const char* name;
    /// How its one argument is written, for example `ACTOR`; empty for none.
    const char* arguments;
    const char* description;
    void (introspection::*answer)(const std::string& argument, promise to);
    /// It changes nothing, so that nodes above may ask it too.
    bool is_for_all = false;
  };

  static const std::vector<command>& commands();

  caf::result<shell_report_ptr> on_request(const shell_request& what);
  void answer_actors(const std::string& argument, promise to);
  void answer_backup(const std::string& argument, promise to);
  void answer_drain(const std::string& argument, promise to);
  void answer_charts(const std::string& argument, promise to);
  void answer_forget(const std::string& argument, promise to);
  void answer_help(const std::string& argument, promise to);
  void answer_hosts(const std::string& argument, promise to);
  void answer_kill(const std::string& argument, promise to);
  void answer_links(const std::string& argument, promise to);
  void answer_status(const std::string& argument, promise to);
  void answer_on(const std::string& argument, promise to);
  void answer_query(const std::string& argument, promise to);
  void answer_store(const std::string& argument, promise to);

  // introspection_requests.cpp: over links
  caf::result<wire_bytes_ptr> on_link_request(const link_request& what);
  /// Answers a request whose way ends here.
  void answer_here(const link_request& what, const reply_handler& done);
  void ask_below(link_request what, const reply_handler& done);
  void pass_on(link_request what, request_hop hop, const reply_handler& done);
  session_actor session_of(uint64_t link) const;
  node_summary summary() const;

  introspection_options options_;
  caf::actor_addr supervisor_;
  // Of the moment; none while storage is away.
  ingest_actor ingest_;
  reader_actor reader_;
  writer_actor writer_;
  /// Requests that wait for nodes below.
  size_t asked_below_ = 0;
};

} // namespace tributary
