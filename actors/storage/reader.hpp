#pragma once

/// Answers range queries from the open windows (asked from ingest) and the
/// stored blocks (a snapshot of its own). Runs detached: it decodes and touches
/// the disk.

#include <memory>

#include <caf/typed_event_based_actor.hpp>

#include "actors/clock.hpp"
#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "actors/storage/queries.hpp"
#include "store/lmdb.hpp"

namespace tributary {

class reader final : public observed<reader_actor::base> {
public:
  reader(caf::actor_config& cfg, actor_identity identity,
         std::shared_ptr<lmdb::environment> environment, wall_clock_ptr clock,
         ingest_actor ingest);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  caf::result<query_answer_ptr> on_query(const query_request_ptr& what);
  caf::expected<query_answer_ptr> answer(const query_request& what,
                                         const hot_answer& hot);
  caf::result<window_groups_ptr> on_window(const guid& host, tick start);
  caf::result<store_statistics_ptr> on_status() const;
  caf::expected<window_groups_ptr> groups_of(tick start, const hot_answer& hot);

  std::shared_ptr<lmdb::environment> environment_;
  layout_cache layouts_;
  wall_clock_ptr clock_;
  ingest_actor ingest_;
};

} // namespace tributary
