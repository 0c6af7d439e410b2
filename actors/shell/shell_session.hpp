#pragma once

/// The broker of one shell: reads a request, asks introspection, writes the
/// answer, and only when the client has taken it the next. Ends with the
/// connection or its door, and at once on bytes that are no request.

#include <string>

#include <caf/io/broker.hpp>
#include <caf/io/scribe.hpp>
#include <caf/io/typed_broker.hpp>

#include "actors/observed.hpp"
#include "actors/protocol.hpp"
#include "schema/shell.hpp"

namespace tributary {

using shell_session_actor
    = caf::typed_actor<caf::reacts_to<caf::io::new_data_msg>,
                       caf::reacts_to<caf::io::data_transferred_msg>,
                       caf::reacts_to<caf::io::connection_closed_msg>>;

class shell_session final : public observed<shell_session_actor::broker_base> {
public:
  shell_session(caf::actor_config& cfg, actor_identity identity,
                caf::io::scribe_ptr connection,
                const introspection_actor& introspection);

  behavior_type make_behavior() override;

private:
  void on_data(const caf::io::new_data_msg& what);
  void next_request();
  void ask(shell_request request);
  void answer(const shell_message& what);
  void refuse(const caf::error& error);

  caf::io::scribe_ptr connection_;
  caf::io::connection_handle handle_;
  caf::actor_addr introspection_;
  std::string bytes_;
  bool asking_ = false;
};

shell_session_actor
spawn_shell_session(caf::actor_system& system, actor_identity identity,
                    caf::io::scribe_ptr connection,
                    const introspection_actor& introspection);

} // namespace tributary
