#pragma once

/// Owns the web port and answers its exchanges: routes them, asks ingest and
/// reader, renders. A request that nobody answers becomes 503 by itself.

#include <functional>
#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/clock.hpp"
#include "actors/collect/self_figures.hpp"
#include "actors/http/api_query.hpp"
#include "actors/http/assets.hpp"
#include "actors/http/host_view.hpp"
#include "actors/http/routes.hpp"
#include "actors/http/scrape_memory.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"

namespace tributary {

/// The actors that answers come from.
struct http_peers {
  ingest_actor ingest;
  reader_actor reader;
  live_actor live;
};

/// What `/metrics` shows.
struct node_counters {
  std::shared_ptr<const node_figures> figures;
  actor_directory_ptr directory;
};

class http final : public observed<http_actor::base> {
public:
  http(caf::actor_config& cfg, actor_identity identity, node_facts facts,
       std::string web_folder, wall_clock_ptr clock, node_counters counters,
       http_peers peers);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  using hosts_handler = std::function<void(const std::vector<host_summary>&,
                                           const host_summary&)>;

  void on_request(const exchange_ptr& x);
  void answer(const exchange_ptr& x, const route& to);
  void with_host(const exchange_ptr& x, const std::string& name,
                 hosts_handler f);
  void answer_page(const exchange_ptr& x, const route& to);
  void answer_info(const exchange_ptr& x, const route& to);
  void answer_charts(const exchange_ptr& x, const route& to);
  void answer_chart(const exchange_ptr& x, const route& to);
  void answer_data(const exchange_ptr& x, const route& to);
  void ask_reader(const exchange_ptr& x, const data_request& what,
                  const guid& host, const std::string& bearers);
  void answer_live(const exchange_ptr& x, const route& to);
  void answer_all_metrics(const exchange_ptr& x, const route& to);
  void ask_latest(const exchange_ptr& x, const metrics_request& what,
                  const guid& host);
  void answer_metrics(const exchange_ptr& x);
  void answer_ready(const exchange_ptr& x);

  node_facts facts_;
  asset_store assets_;
  wall_clock_ptr clock_;
  node_counters counters_;
  http_peers peers_;
  scrape_memory scrapes_;
};

} // namespace tributary
