#include "actors/shell/shell_session.hpp"

#include <chrono>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>

namespace tributary {

namespace {

/// Above what introspection waits for those that it asks.
constexpr auto answer_timeout = std::chrono::seconds(9);

constexpr size_t read_bytes_max = 4u << 10;

/// Requests that may wait for the one that is being answered.
constexpr size_t waiting_bytes_max = 4 * shell_request_bytes_max;

} // namespace

shell_session::shell_session(caf::actor_config& cfg, actor_identity identity,
                             caf::io::scribe_ptr connection,
                             const introspection_actor& introspection)
    : observed(cfg, std::move(identity)),
      connection_(std::move(connection)),
      introspection_(introspection.address()) {
  // nop
}

shell_session::behavior_type shell_session::make_behavior() {
  handle_ = connection_->hdl();
  move_scribe(std::move(connection_));
  ack_writes(handle_, true);
  configure_read(handle_, caf::io::receive_policy::at_most(read_bytes_max));
  return {
      [this](const caf::io::new_data_msg& x) { on_data(x); },
      [this](const caf::io::data_transferred_msg& x) {
        if (x.remaining != 0)
          return;
        asking_ = false;
        next_request();
      },
      [this](const caf::io::connection_closed_msg&) { quit(); },
  };
}

void shell_session::on_data(const caf::io::new_data_msg& what) {
  bytes_.append(what.buf.data(), what.buf.size());
  // Only a client that does not wait for answers gets here.
  if (asking_ && bytes_.size() > waiting_bytes_max)
    return refuse(make_error(ec::too_large, "too many requests at once"));
  next_request();
}

void shell_session::next_request() {
  if (asking_)
    return;
  auto body = take_shell_body(bytes_, shell_request_bytes_max);
  if (!body)
    return refuse(body.error());
  if (body->empty())
    return;
  auto message = open_shell_message(*body);
  if (!message)
    return refuse(message.error());
  if (auto request = std::get_if<shell_request>(&*message))
    ask(std::move(*request));
  else
    refuse(make_error(ec::corrupt, "shell: no request"));
}

void shell_session::ask(shell_request request) {
  auto to = caf::actor_cast<introspection_actor>(introspection_);
  if (!to) {
    refuse(make_error(ec::busy, "the node stops"));
    return;
  }
  asking_ = true;
  this->request(to, answer_timeout, introspect_atom_v,
                std::make_shared<const shell_request>(std::move(request)))
      .then([this](const shell_report_ptr& x) { answer(*x); },
            [this](caf::error& error) {
              answer(shell_failure{to_string(code_of(error)), words_of(error)});
            });
}

void shell_session::answer(const shell_message& what) {
  std::string bytes;
  put_shell_message(bytes, what);
  write(handle_, bytes.size(), bytes.data());
  flush(handle_);
}

void shell_session::refuse(const caf::error& error) {
  answer(shell_failure{to_string(code_of(error)), words_of(error)});
  close(handle_); // CAF writes out its buffer first
  quit();
}

shell_session_actor
spawn_shell_session(caf::actor_system& system, actor_identity identity,
                    caf::io::scribe_ptr connection,
                    const introspection_actor& introspection) {
  auto& backend = system.middleman().backend();
  caf::actor_config config{&backend};
  return caf::actor_cast<shell_session_actor>(
      system.spawn_class<shell_session, caf::no_spawn_options>(
          config, std::move(identity), std::move(connection), introspection));
}

} // namespace tributary
