#include "actors/link/wire_broker.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/network/default_multiplexer.hpp>

#include "schema/error.hpp"

namespace tributary {

namespace {

/// One read. CAF clears a buffer of this size before each read, so it is as
/// small as what comes allows: with 256 KiB that was 16 % of a parent's CPU at
/// 200 children, and most of its memory for each. The least is a tick of a
/// thousand metrics, the most one of a large child.
constexpr size_t read_bytes_min = 4u << 10;
constexpr size_t read_bytes_max = 16u << 10;

/// What a guard makes of one read, for all wires: they run in one thread, and
/// each is done with it before the next begins.
std::string& plain_bytes() {
  static thread_local std::string result;
  return result;
}

/// Of a clock that nobody sets.
int64_t now_us() {
  using namespace std::chrono;
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch())
      .count();
}

} // namespace

wire_broker::wire_broker(caf::actor_config& cfg, actor_identity identity,
                         caf::io::scribe_ptr connection,
                         wire_protection protection,
                         std::shared_ptr<node_figures> figures)
    : observed(cfg, std::move(identity)),
      connection_(std::move(connection)),
      protection_(std::move(protection)),
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
        close_wire();
      },
      [this](const caf::io::new_data_msg& x) { on_data(x); },
      [this](const caf::io::connection_closed_msg&) {
        auto& guard = protection_.guard;
        give_up(guard ? guard->words_of_end() : std::string{});
      },
      [this](tick_atom) { on_tick(); },
      [this](accept_atom) { on_turn(); },
  };
}

void wire_broker::on_exit() {
  if (started_ && !given_up_)
    give_up("the wire ended");
  protection_ = {}; // the clock holds this a while
  observed::on_exit();
}

void wire_broker::on_start(const wire_user& user) {
  user_ = user.address();
  started_ = true;
  monitor(user);
  // The first call begins to read.
  set_read_bytes(read_bytes_min);
  if (protection_.guard) {
    auto& out = wr_buf(handle_);
    auto before = out.size();
    finish_guarded(protection_.guard->connect(out), before);
  }
}

void wire_broker::on_tick() {
  if (!started_)
    give_up("nobody uses it");
  else if (!protection_.guard || protection_.guard->settled())
    return;
  else if (std::exchange(ticked_, true))
    give_up("no TLS handshake in time");
  else
    delayed_send(this, std::chrono::milliseconds(wire_start_ms_max),
                 tick_atom_v);
}

void wire_broker::on_bytes(const std::string& bytes) {
  if (given_up_)
    return;
  if (protection_.guard) {
    auto& out = wr_buf(handle_);
    auto before = out.size();
    finish_guarded(protection_.guard->send(bytes, out), before);
    return;
  }
  write(handle_, bytes.size(), bytes.data());
  flush(handle_);
  figures_->bytes_sent.fetch_add(static_cast<int64_t>(bytes.size()),
                                 std::memory_order_relaxed);
}

void wire_broker::set_read_bytes(size_t most) {
  if (most == read_bytes_)
    return;
  read_bytes_ = most;
  configure_read(handle_, caf::io::receive_policy::at_most(most));
}

/// A full read tells that more waits; a quarter, that half would have done.
void wire_broker::fit_read_bytes(size_t got) {
  if (got == read_bytes_)
    set_read_bytes(std::min(read_bytes_ * 2, read_bytes_max));
  else if (got < read_bytes_ / 4)
    set_read_bytes(std::max(read_bytes_ / 2, read_bytes_min));
}

void wire_broker::on_data(const caf::io::new_data_msg& what) {
  fit_read_bytes(what.buf.size());
  figures_->bytes_received.fetch_add(static_cast<int64_t>(what.buf.size()),
                                     std::memory_order_relaxed);
  std::string_view bytes{what.buf.data(), what.buf.size()};
  if (protection_.guard)
    pass_guard(bytes);
  else
    deliver(bytes);
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
    if (protection_.guard && !std::exchange(security_told_, true))
      batch->security = protection_.guard->security();
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
                && unconsumed_ < wire_read_ahead_bytes_max
                && !(protection_.guard && protection_.guard->waits());
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
  close_wire();
}

void wire_broker::close_wire() {
  if (protection_.guard)
    protection_.guard->close(wr_buf(handle_));
  flush(handle_);
  close(handle_); // CAF writes out its buffer first
  quit();
}

// -- TLS ----------------------------------------------------------------------

void wire_broker::pass_guard(std::string_view bytes) {
  auto& guard = *protection_.guard;
  auto begin_us = protection_.gate && guard.shakes() ? now_us() : 0;
  auto& out = wr_buf(handle_);
  auto before = out.size();
  auto error = guard.receive(bytes, plain_bytes(), out);
  if (begin_us != 0)
    protection_.gate->spent_more(now_us() - begin_us);
  finish_guarded(error, before);
}

void wire_broker::take_turn() {
  // Asked for once: nothing is read while it waits.
  auto wait_us = protection_.gate ? protection_.gate->take_turn(now_us())
                                  : std::optional<int64_t>{0};
  if (!wait_us)
    give_up("too many TLS handshakes at once");
  else if (*wait_us == 0)
    on_turn();
  else
    delayed_send(this, std::chrono::microseconds(*wait_us), accept_atom_v);
}

void wire_broker::on_turn() {
  if (given_up_ || !protection_.guard)
    return;
  auto begin_us = now_us();
  auto& out = wr_buf(handle_);
  auto before = out.size();
  auto error = protection_.guard->begin(plain_bytes(), out);
  if (protection_.gate) {
    auto end_us = now_us();
    protection_.gate->spent(end_us, end_us - begin_us);
  }
  finish_guarded(error, before);
  update_reading();
}

/// Sends what the guard has for the peer, hands on what it had of it.
void wire_broker::finish_guarded(const caf::error& error, size_t before) {
  auto written = wr_buf(handle_).size() - before;
  flush(handle_);
  figures_->bytes_sent.fetch_add(static_cast<int64_t>(written),
                                 std::memory_order_relaxed);
  if (auto& plain = plain_bytes(); !plain.empty()) {
    deliver(plain);
    plain.clear();
  }
  if (given_up_)
    return;
  auto& guard = *protection_.guard;
  if (error)
    give_up(to_text(error));
  else if (guard.ended())
    give_up({});
  else if (guard.waits())
    take_turn();
  else if (guard.is_plain())
    protection_ = {};
}

wire_actor spawn_wire(caf::actor_system& system, actor_identity identity,
                      caf::io::scribe_ptr connection,
                      wire_protection protection,
                      std::shared_ptr<node_figures> figures) {
  auto& backend = system.middleman().backend();
  caf::actor_config config{&backend};
  return caf::actor_cast<wire_actor>(
      system.spawn_class<wire_broker, caf::no_spawn_options>(
          config, std::move(identity), std::move(connection),
          std::move(protection), std::move(figures)));
}

} // namespace tributary
