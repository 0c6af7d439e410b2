#include "actors/link/wire_broker.hpp"

#include <chrono>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>

#include "schema/error.hpp"

namespace tributary {

namespace {

/// One read. CAF clears a buffer of this size before each read, so it is not
/// larger than a tick of a large child: with 256 KiB that was 16 % of a
/// parent's CPU at 200 children, and most of its memory for each.
constexpr size_t read_bytes_max = 16u << 10;

} // namespace

wire_broker::wire_broker(caf::actor_config& cfg, actor_identity identity,
                         caf::io::scribe_ptr connection,
                         std::shared_ptr<node_figures> figures)
    : observed(cfg, std::move(identity)),
      connection_(std::move(connection)),
      figures_(std::move(figures)) {
  // nop
}

wire_broker::behavior_type wire_broker::make_behavior() {
  handle_ = connection_->hdl();
  move_scribe(std::move(connection_));
  set_down_handler([this](caf::down_msg&) { quit(); });
  delayed_send(this, std::chrono::milliseconds(wire_start_ms_max), tick_atom_v);
  return {
      [this](start_atom, const wire_user& user) { on_start(user); },
      [this](bytes_atom, const wire_bytes_ptr& x) { on_bytes(*x); },
      [this](trust_atom) {
        trusted_ = true;
        splitter_.trust();
        deliver({}); // what came behind the hello
        update_reading();
      },
      [this](consumed_atom, uint64_t bytes) { on_consumed(bytes); },
      [this](close_atom) {
        given_up_ = true;
        flush(handle_);
        close(handle_); // CAF writes out its buffer first
        quit();
      },
      [this](const caf::io::new_data_msg& x) { on_data(x); },
      [this](const caf::io::connection_closed_msg&) { give_up({}); },
      [this](tick_atom) {
        if (!started_)
          give_up("nobody uses it");
      },
  };
}

void wire_broker::on_exit() {
  if (started_ && !given_up_)
    give_up("the wire ended");
  observed::on_exit();
}

void wire_broker::on_start(const wire_user& user) {
  user_ = user.address();
  started_ = true;
  monitor(user);
  // The first call begins to read.
  configure_read(handle_, caf::io::receive_policy::at_most(read_bytes_max));
}

void wire_broker::on_bytes(const std::string& bytes) {
  if (given_up_)
    return;
  write(handle_, bytes.size(), bytes.data());
  flush(handle_);
  figures_->bytes_sent.fetch_add(static_cast<int64_t>(bytes.size()),
                                 std::memory_order_relaxed);
}

void wire_broker::on_data(const caf::io::new_data_msg& what) {
  figures_->bytes_received.fetch_add(static_cast<int64_t>(what.buf.size()),
                                     std::memory_order_relaxed);
  deliver({what.buf.data(), what.buf.size()});
  update_reading();
}

void wire_broker::deliver(std::string_view bytes) {
  auto batch = std::make_shared<wire_batch>();
  auto error = splitter_.feed(bytes, batch->bodies);
  for (auto& x : batch->bodies)
    batch->bytes += x.size();
  if (!batch->bodies.empty()) {
    hello_delivered_ = true;
    unconsumed_ += batch->bytes;
    if (auto user = caf::actor_cast<wire_user>(user_))
      send(user, bytes_atom_v, wire_batch_ptr{std::move(batch)});
  }
  if (error)
    give_up(to_text(error));
}

void wire_broker::on_consumed(uint64_t bytes) {
  unconsumed_ -= std::min(unconsumed_, bytes);
  update_reading();
}

void wire_broker::update_reading() {
  auto wanted = started_ && !given_up_ && (trusted_ || !hello_delivered_)
                && unconsumed_ < wire_read_ahead_bytes_max;
  if (wanted == reading_)
    return;
  reading_ = wanted;
  if (wanted)
    trigger(handle_);
  else
    halt(handle_);
}

void wire_broker::give_up(const std::string& reason) {
  if (given_up_)
    return;
  given_up_ = true;
  auto batch = std::make_shared<wire_batch>();
  batch->closed = true;
  batch->reason = reason;
  if (auto user = caf::actor_cast<wire_user>(user_))
    send(user, bytes_atom_v, wire_batch_ptr{std::move(batch)});
  close(handle_);
  quit();
}

wire_actor spawn_wire(caf::actor_system& system, actor_identity identity,
                      caf::io::scribe_ptr connection,
                      std::shared_ptr<node_figures> figures) {
  auto& backend = system.middleman().backend();
  caf::actor_config config{&backend};
  return caf::actor_cast<wire_actor>(
      system.spawn_class<wire_broker, caf::no_spawn_options>(
          config, std::move(identity), std::move(connection),
          std::move(figures)));
}

} // namespace tributary
