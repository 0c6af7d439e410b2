#pragma once

/// Answers range queries from the open windows (asked from ingest) and the
/// stored blocks (a snapshot of its own). Runs detached: it decodes and touches
/// the disk. Queries take turns, a slice each, so that a long one keeps nobody
/// waiting (docs/decisions/0009).

#include <deque>
#include <memory>

#include <caf/actor_clock.hpp>
#include <caf/typed_response_promise.hpp>

#include <caf/typed_event_based_actor.hpp>

#include "actors/clock.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/storage/query_job.hpp"
#include "store/hot_cache.hpp"
#include "store/lmdb.hpp"

namespace tributary {

class reader final : public observed<reader_actor::base> {
public:
  /// @param tiers how many tiers there are to ask, 1 to 3.
  reader(caf::actor_config& cfg, actor_identity identity,
         std::shared_ptr<lmdb::environment> environment, wall_clock_ptr clock,
         guid own, ingest_actor ingest, unsigned tiers);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  struct running_query {
    query_job job;
    caf::typed_response_promise<query_answer_ptr> promise;
    caf::actor_clock::time_point deadline;
  };
  using query_ptr = std::shared_ptr<running_query>;

  caf::result<query_answer_ptr> on_query(const query_request_ptr& what);
  void choose(const query_ptr& x);
  void begin_part(const query_ptr& x);
  void read_slice(const query_ptr& x);
  /// With its open windows as tables, of one chart or of all.
  hot_answer_ptr decoded(const hot_answer& hot, const std::string& chart);
  void on_idle();
  void on_turn();
  void end(const query_ptr& x, caf::error why);
  caf::result<window_groups_ptr> on_window(const guid& host, tick start);
  caf::result<store_statistics_ptr> on_status() const;
  caf::expected<window_groups_ptr> groups_of(tick start, const hot_answer& hot);

  std::shared_ptr<lmdb::environment> environment_;
  layout_cache layouts_;
  hot_cache hot_;
  /// Whether `on_idle` will come.
  bool expiring_ = false;
  wall_clock_ptr clock_;
  guid own_;
  unsigned tiers_;
  ingest_actor ingest_;
  /// Queries that have not been answered, those that wait for ingest included.
  size_t running_ = 0;
  /// Those that wait for their turn to read.
  std::deque<query_ptr> waiting_;
};

/// Queries that the reader has on its hands; one more is told to come later.
/// Each may hold a table of some MiB.
constexpr size_t queries_at_once_max = 64;

} // namespace tributary
