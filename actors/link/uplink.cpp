#include "actors/link/uplink.hpp"

#include <algorithm>
#include <chrono>

#include <spdlog/spdlog.h>

#include "schema/utf8.hpp"

namespace tributary {

namespace {

constexpr auto tick_interval = std::chrono::seconds(1);
constexpr int64_t tick_ms = 1000;

/// A parent that says nothing is asked for a word after this long.
constexpr int64_t ping_after_ms = 5000;

ec code_of_refusal(link_reason x) {
  switch (x) {
  case link_reason::loop:
    return ec::loop;
  case link_reason::clone:
    return ec::clone;
  case link_reason::version:
    return ec::version_mismatch;
  case link_reason::busy:
  case link_reason::shutdown:
  case link_reason::draining:
    return ec::busy;
  default:
    return ec::denied;
  }
}

} // namespace

uplink::uplink(caf::actor_config& cfg, actor_identity identity,
               uplink_options options, uplink_peers peers,
               std::shared_ptr<node_figures> figures,
               std::shared_ptr<spdlog::logger> log)
    : observed(cfg, identity),
      options_(std::move(options)),
      peers_(std::move(peers)),
      figures_(std::move(figures)),
      log_(std::move(log)),
      directory_(identity.directory),
      choice_(options_.seed) {
  begin_list();
}

uplink::behavior_type uplink::make_behavior() {
  figures_->links_down.fetch_add(1, std::memory_order_relaxed);
  delayed_send(this, tick_interval, tick_atom_v);
  send(this, connect_atom_v);
  return {
      [this](publish_atom, const publication_ptr& x) { on_publication(*x); },
      [this](bytes_atom, const wire_batch_ptr& x) { on_batch(*x); },
      [this](tick_atom) { on_tick(); },
      [this](connect_atom) { connect(); },
      [this](found_atom, const scout_report_ptr& x) { on_found(*x); },
      [this](reload_atom, const uplink_options_ptr& x) { on_reload(*x); },
      [this](offer_atom, const responder_actor& x) { responder_ = x; },
  };
}

void uplink::on_exit() {
  if (wire_) {
    transmit(link_bye{link_reason::shutdown});
    send(wire_, close_atom_v);
  }
  wire_ = nullptr;
  auto& figure
      = mode_ == mode::open ? figures_->links_up : figures_->links_down;
  figure.fetch_sub(1, std::memory_order_relaxed);
  peers_ = uplink_peers{};
  options_.claims->release(id());
  responder_ = nullptr;
  figures_->links.end(id(), "uplink ended", options_.clock->now_ms());
  observed::on_exit();
}

void uplink::connect() {
  if (mode_ != mode::waiting || !choose_destination())
    return;
  refusal_ = link_reason::none;
  parent_ = guid{};
  parent_name_.clear();
  durability_.clear();
  security_.clear();
  enter(mode::connecting, reason_);
  auto generation = ++generation_;
  // Above the connector's own time-out, which names the address.
  auto timeout = std::chrono::milliseconds(options_.timeout_ms + 5000);
  request(peers_.connector, timeout, connect_atom_v,
          link_target_ptr{
              std::make_shared<const link_target>(target_of(destination_))})
      .then(
          [this, generation](const wire_actor& wire) {
            if (generation == generation_)
              on_connected(wire);
            else
              send(wire, close_atom_v);
          },
          [this, generation](caf::error& error) {
            if (generation == generation_)
              drop(error);
          });
}

void uplink::on_connected(wire_actor wire) {
  wire_ = std::move(wire);
  bytes_sent_ = bytes_received_ = 0;
  silent_ms_ = 0;
  enter(mode::hello_sent, reason_);
  send(wire_, start_atom_v, wire_user{this});
  packer_ = run_packer{};
  auto bytes = std::make_shared<std::string>(link_preface);
  put_message(*bytes, hello());
  bytes_sent_ += bytes->size();
  send(wire_, bytes_atom_v, wire_bytes_ptr{std::move(bytes)});
}

link_target uplink::target_of(size_t destination) const {
  link_target result;
  result.destination = options_.destinations[destination];
  result.default_port = options_.default_port;
  result.timeout_ms = options_.timeout_ms;
  result.tls = options_.tls;
  return result;
}

link_hello uplink::hello() const {
  link_hello result;
  result.node = options_.own;
  result.boot = options_.boot;
  result.api_key = options_.api_key;
  result.hostname = options_.hostname;
  result.program = options_.program;
  result.codecs = options_.codecs;
  result.wishes = wish_drain | wish_requests;
  return result;
}

void uplink::transmit(const link_message& message) {
  std::string bytes;
  put_message(bytes, message);
  transmit(std::move(bytes));
}

void uplink::transmit(std::string bytes) {
  bytes_sent_ += bytes.size();
  send(wire_, bytes_atom_v,
       wire_bytes_ptr{std::make_shared<const std::string>(std::move(bytes))});
}

/// How the live lane is packed from here on.
caf::error uplink::agree(const link_welcome& x) {
  auto& offered = options_.codecs;
  if (x.codec == link_codec::none)
    return {};
  if (std::find(offered.begin(), offered.end(), x.codec) == offered.end())
    return make_error(ec::corrupt, "the parent wants a codec that was not "
                                   "offered");
  auto effort = x.codec == link_codec::zstd ? options_.zstd_level
                                            : options_.lz4_acceleration;
  packer_ = run_packer{x.codec, static_cast<int>(effort),
                       run_bytes_of(x.run_bytes_log)};
  return {};
}

/// Ends the link, if there is one.
void uplink::leave() {
  if (wire_) {
    send(wire_, close_atom_v);
    wire_ = nullptr;
  }
  if (mode_ == mode::open) {
    figures_->links_up.fetch_sub(1, std::memory_order_relaxed);
    figures_->links_down.fetch_add(1, std::memory_order_relaxed);
    note_progress();
  }
  send(peers_.writer, leave_atom_v, subscriber_actor{this});
  ++generation_;
  replies_ = reply_lane{};
  channels_.clear();
  kept_back_.clear();
  options_.claims->release(id());
  moving_since_ms_ = -1;
  drained_ = said_stays_ = false;
}

void uplink::on_reload(const uplink_options& options) {
  auto current = options_.destinations[destination_];
  auto& wanted = options.destinations;
  auto at = std::find(wanted.begin(), wanted.end(), current);
  auto stays = at != wanted.end() && options.api_key == options_.api_key
               && options.default_port == options_.default_port;
  auto same = stays && options.mode == options_.mode
              && wanted == options_.destinations
              && options.reconnect_max_ms == options_.reconnect_max_ms;
  options_ = options;
  options_.claims->move(id(), options_.route);
  auto moved = other_hosts_go_here();
  if (!moved)
    for (auto& kvp : channels_)
      tell_again(kvp.second);
  if (same && !moved)
    return;
  destination_ = stays ? static_cast<size_t>(at - wanted.begin()) : size_t{0};
  begin_list();
  if (stays && (mode_ == mode::resuming || mode_ == mode::open))
    choice_.welcomed(destination_, steady_ms());
  if (stays && wire_ && !moved)
    return;
  start_anew(stays && moved ? "other hosts" : "another destination or key");
}

void uplink::start_anew(const char* with) {
  if (wire_)
    transmit(link_bye{link_reason::shutdown});
  leave();
  enter(mode::waiting, "the configuration changed");
  log_->info("uplink: starts anew with {}", with);
  connect();
}

void uplink::enter(mode next, std::string reason) {
  mode_ = next;
  reason_ = std::move(reason);
  tell_status();
}

void uplink::tell_status() {
  static constexpr const char* words[]
      = {"waiting", "connecting", "greeting", "resuming", "open"};
  link_status status;
  status.id = id();
  status.side = link_side::to_parent;
  status.peer = parent_name_;
  status.address = to_string(options_.destinations[destination_]);
  status.node = parent_;
  status.up = mode_ == mode::open;
  status.state = words[static_cast<size_t>(mode_)];
  status.reason = reason_;
  status.updated_ms = options_.clock->now_ms();
  for (auto& kvp : channels_)
    status.hosts += kvp.second.accepted && !kvp.second.refused;
  status.bytes_sent = bytes_sent_;
  status.bytes_received = bytes_received_;
  status.raw_bytes_sent
      = bytes_sent_ + static_cast<uint64_t>(packer_.saved_bytes());
  status.raw_bytes_received = bytes_received_;
  status.codec = durability_.empty() ? "" : to_string(packer_.codec());
  status.credit_bytes = credit_bytes_;
  status.durability = durability_;
  status.security = security_;
  status.live = {live_.last_number(), live_.acked_number(), live_.waiting(),
                 live_.in_flight_bytes()};
  status.history = {history_.last_number(), history_.acked_number(),
                    history_.windows_count(), history_.in_flight_bytes()};
  status.owed_ticks = history_.owed_count();
  status.paid_ticks_per_s = pace_.ticks_per_s();
  status.owed_left_ms = pace_.left_ms(status.owed_ticks);
  status.newest = newest_;
  status.acked = acked_;
  tell_destinations(status);
  figures_->links.put(std::move(status));
}

void uplink::on_tick() {
  delayed_send(this, tick_interval, tick_atom_v);
  mind_pace();
  tell_status();
  if (!wire_)
    return;
  silent_ms_ += tick_ms;
  if (silent_ms_ >= options_.timeout_ms) {
    drop("the parent is silent");
    return;
  }
  if (mode_ != mode::open)
    return;
  if (silent_ms_ >= ping_after_ms)
    transmit(link_ping{static_cast<uint64_t>(silent_ms_)});
  send_history();
  mind_destinations();
  mind_refused();
}

void uplink::on_batch(const wire_batch& batch) {
  if (!wire_ || current_sender() != wire_)
    return; // of a link that was given up
  if (batch.closed) {
    drop(batch.reason.empty() ? "the parent closed the link" : batch.reason);
    return;
  }
  silent_ms_ = 0;
  if (batch.security)
    security_ = to_text(*batch.security);
  for (auto& body : batch.bodies) {
    bytes_received_ += link_header_bytes + body.size();
    if (auto error = on_body(body)) {
      drop(error);
      return;
    }
    if (!wire_)
      return;
  }
  send(wire_, consumed_atom_v, batch.bytes);
}

caf::error uplink::on_body(const std::string& body) {
  auto message = open_message(body);
  if (!message)
    return message.error();
  if (auto x = std::get_if<link_refuse>(&*message)) {
    refusal_ = x->reason;
    return make_error(
        code_of_refusal(x->reason),
        std::string{"the parent refuses this node: "} + to_string(x->reason)
            + (x->reason == link_reason::denied
                   ? " (API key, address, machine GUID or certificate; its log "
                     "says which)"
               : x->reason == link_reason::tls_wanted
                   ? " (its port takes TLS only: write ':SSL' behind the "
                     "destination)"
               : x->reason == link_reason::clone
                   ? ", " + to_plain_text(x->detail)
                   : ""));
  }
  if (mode_ == mode::hello_sent) {
    if (auto x = std::get_if<link_welcome>(&*message)) {
      if (auto error = agree(*x))
        return error;
      on_welcome(*x);
      return {};
    }
    return make_error(ec::corrupt, "no welcome came after the hello");
  }
  if (auto x = std::get_if<link_request>(&*message))
    return on_request(*x);
  if (auto x = std::get_if<link_ack>(&*message))
    on_ack(*x);
  else if (std::holds_alternative<link_more>(*message))
    on_more();
  else if (auto x = std::get_if<link_cancel>(&*message))
    replies_.cancel(x->id);
  else if (auto x = std::get_if<link_need_key>(&*message))
    on_need_key(*x);
  else if (auto x = std::get_if<link_host_accept>(&*message))
    on_accept(*x);
  else if (auto x = std::get_if<link_host_refuse>(&*message))
    on_host_refuse(*x);
  else if (auto x = std::get_if<link_host_close>(&*message))
    on_host_close(*x);
  else if (auto x = std::get_if<link_ping>(&*message))
    transmit(link_pong{x->cookie});
  else if (auto x = std::get_if<link_drain>(&*message))
    on_drain(*x);
  else if (auto x = std::get_if<link_bye>(&*message)) {
    refusal_ = x->reason;
    return make_error(ec::disconnected,
                      std::string{"the parent ended the link: "}
                          + to_string(x->reason));
  }
  return {};
}

void uplink::on_welcome(const link_welcome& x) {
  if (!claim_parent(x))
    return;
  send(wire_, trust_atom_v);
  parent_ = x.node;
  parent_name_ = to_plain_text(x.hostname.substr(0, hostname_bytes_max));
  credit_bytes_ = x.credit_bytes;
  parent_knows_ = x.knows;
  replication_step_s_ = x.replication_step_s;
  durability_ = to_string(x.durability);
  enter(mode::resuming, {});
  log_->info("uplink: parent {} ({}), acks mean {}, compression {}{}",
             parent_name_, to_string(parent_), durability_,
             to_string(packer_.codec()),
             security_.empty() ? "" : ", " + security_);
  resume();
}

} // namespace tributary
