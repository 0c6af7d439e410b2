#pragma once

/// Pushes new values to browsers as Server-Sent Events: one stream a client,
/// rows decoded once by ingest and shared. A client that does not read is
/// dropped by the server; it fills its gap from /api/v1/data.

#include <map>
#include <set>
#include <string>
#include <vector>

#include <caf/typed_event_based_actor.hpp>

#include "actors/clock.hpp"
#include "actors/http/exchange.hpp"
#include "actors/http/host_view.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"

namespace tributary {

class live final : public observed<live_actor::base> {
public:
  live(caf::actor_config& cfg, actor_identity identity, node_facts facts,
       wall_clock_ptr clock, ingest_actor ingest);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct client {
    event_stream stream;
    host_number host = 0;
    /// Empty: all charts.
    std::set<std::string> charts;
  };

  void on_client(const exchange_ptr& x, const guid& host);
  void admit(const exchange_ptr& x, const guid& host);
  void on_publication(const publication& news);
  void on_published(const published_frame& x);
  void on_published(const published_roster& x);
  void on_published(const published_host& x);
  void on_published(const published_end& x);
  void on_published(const published_debt&) {
    // Not ours.
  }
  void on_tick();
  void send_nodes(client& to);
  std::string event_for(const published_frame& x, const client& to) const;
  void remove_closed();

  node_facts facts_;
  wall_clock_ptr clock_;
  ingest_actor ingest_;
  /// While there are clients: with nobody to show it to, a frame wakes nobody.
  bool subscribed_ = false;
  std::map<host_number, host_summary> hosts_;
  std::vector<client> clients_;
};

} // namespace tributary
