/// The part of node.hpp that starts uplinks: for each route of hosts one with
/// all its destinations, or one for each of them.

#include <caf/actor_system.hpp>

#include "actors/node_children.hpp"

namespace tributary {

void node::assign_destinations() {
  auto mode = options_.sender.mode;
  // Refused in files; here a reload may be ahead of a '[db] mode' that waits
  // for a restart.
  if (options_.db.mode == db_mode::none && mode == stream_mode::all)
    mode = stream_mode::failover;
  routes_ = std::make_shared<const host_routes>(options_, setup_->own);
  slots_ = assign_slots(slots_, routes_->all(), mode);
}

uplink_options node::options_of_uplink(size_t slot) const {
  auto& sender = options_.sender;
  uplink_options result;
  result.own = setup_->own;
  result.boot = boot_;
  result.hostname = setup_->hostname;
  result.program = program_of(*setup_);
  auto& to = slots_[slot].to;
  result.api_key = to_string(to.api_key);
  result.destinations = to.destinations;
  result.routes = routes_;
  result.route = slots_[slot].route;
  result.mode = sender.mode;
  result.claims = claims_;
  result.default_port = sender.default_port;
  result.timeout_ms = sender.timeout_ms;
  result.reconnect_min_ms = reconnect_delay_min_ms;
  result.reconnect_max_ms = sender.reconnect_delay_ms;
  if (sender.compression)
    result.codecs = sender.codecs;
  result.zstd_level = sender.zstd_level;
  result.lz4_acceleration = sender.lz4_acceleration;
  result.tls = uplink_tls_;
  result.answer_requests = sender.answer_requests;
  result.seed = setup_->seed + slot;
  result.clock = setup_->clock;
  return result;
}

caf::expected<bool> node::start_uplink() {
  return start_uplink_at(0);
}

caf::expected<bool> node::start_uplink_at(size_t slot) {
  uplinks_[slot] = nullptr;
  if (slots_[slot].empty())
    return false;
  uplinks_[slot] = spawn_child<uplink, thread::pool>(
      line_of_uplink(slot), options_of_uplink(slot),
      uplink_peers{ingest_, writer_, reader_, connector_}, setup_->figures,
      setup_->log);
  offer_responder(slot);
  return true;
}

void node::offer_responder(size_t slot) {
  if (uplinks_[slot] && introspection_)
    send(uplinks_[slot], offer_atom_v, responder_actor{introspection_});
}

} // namespace tributary
