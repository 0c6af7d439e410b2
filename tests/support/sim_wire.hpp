#pragma once

/// One side of a simulated connection: what wire_broker is for sockets.

#include "actors/link/wire.hpp"
#include "tests/support/sim_network.hpp"

namespace tributary {

class sim_wire final : public sim_wire_actor::base {
public:
  sim_wire(caf::actor_config& cfg, sim_link_ptr link, sim_side side);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  sim_pipe& in();
  sim_pipe& out();
  void on_bytes(const std::string& bytes);
  void on_close();
  void read();
  void deliver(std::string_view bytes);
  void give_up(const std::string& reason);
  bool reading() const;

  sim_link_ptr link_;
  sim_side side_;
  caf::actor_addr user_;
  message_splitter splitter_;
  uint64_t unconsumed_ = 0;
  bool started_ = false;
  bool trusted_ = false;
  bool hello_delivered_ = false;
  bool given_up_ = false;
};

} // namespace tributary
