#include "actors/link/session.hpp"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "schema/utf8.hpp"

namespace tributary {

namespace {

constexpr int64_t tick_ms = 1000; // the listener sends it

} // namespace

session::session(caf::actor_config& cfg, actor_identity identity,
                 session_options_ptr options, wire_actor wire,
                 std::string address, std::shared_ptr<node_figures> figures,
                 std::shared_ptr<spdlog::logger> log, ingest_actor ingest,
                 listener_actor listener)
    : beside_wires(cfg, std::move(identity)),
      options_(std::move(options)),
      wire_(std::move(wire)),
      address_(std::move(address)),
      figures_(std::move(figures)),
      log_(std::move(log)),
      ingest_(std::move(ingest)),
      listener_(std::move(listener)),
      peer_(address_) {
  // nop
}

session::behavior_type session::make_behavior() {
  send(wire_, start_atom_v, wire_user{this});
  tell_status();
  return {
      [this](commit_atom, uint64_t number) { on_committed(number); },
      [this](window_atom, uint64_t number) { on_window_committed(number); },
      [this](need_key_atom, host_number number, tick t) {
        on_need_key(number, t);
      },
      [this](leave_atom, host_number number) { on_taken_over(number); },
      [this](refuse_atom, uint64_t number) {
        end(link_reason::busy, number == static_cast<uint64_t>(tick_max)
                                   ? "the node above lacks or refuses it"
                                   : "frames were refused by the store");
      },
      [this](bytes_atom, const wire_batch_ptr& x) { on_batch(*x); },
      [this](tick_atom) { on_tick(); },
      [this](status_atom) { return on_doubt(); },
      [this](late_atom, uint64_t cookie) { end_doubt(cookie, false); },
      [this](stop_atom) {
        end(link_reason::replaced, "a newer link of the same node is there");
      },
      [this](reload_atom, const session_options_ptr& x) { on_reload(x); },
      [this](request_atom, const link_request_ptr& x) {
        return on_request(*x);
      },
      [this](request_atom) { expire_requests(); },
  };
}

void session::on_exit() {
  shut(link_reason::shutdown, "session ended");
  wire_ = nullptr;
  ingest_ = nullptr;
  listener_ = nullptr;
  questions_.clear();
  options_.reset(); // the clock holds this a while, and these hold the writer
  observed::on_exit();
}

void session::transmit(const link_message& message) {
  // Said with the first word, which answers a hello: a stranger who sends none
  // learns nothing.
  auto bytes = std::make_shared<std::string>(
      std::exchange(greeted_, true) ? std::string_view{} : link_preface);
  put_message(*bytes, message);
  bytes_sent_ += bytes->size();
  send(wire_, bytes_atom_v, wire_bytes_ptr{std::move(bytes)});
}

void session::end(link_reason reason, const std::string& words) {
  shut(reason, words);
  quit();
}

void session::shut(link_reason reason, const std::string& words) {
  if (mode_ == mode::closed)
    return;
  if (mode_ == mode::open && reason != link_reason::none)
    transmit(link_bye{reason});
  log_->info("link from {} ended: {}", peer_,
             words.empty() ? to_string(reason) : words.c_str());
  if (mode_ == mode::open)
    figures_->links_up.fetch_sub(1, std::memory_order_relaxed);
  mode_ = mode::closed;
  if (options_->drains)
    options_->drains->gone(id());
  auto last_words = words.empty() ? std::string{to_string(reason)} : words;
  figures_->links.end(id(), last_words, options_->clock->now_ms());
  auto why = "link ended: " + last_words;
  end_requests(last_words);
  for (auto& kvp : channel_numbers_)
    send(ingest_, leave_atom_v, source_actor{this}, kvp.first, why);
  for (auto number : unanswered_)
    send(ingest_, leave_atom_v, source_actor{this}, number, why);
  send(wire_, close_atom_v);
}

void session::on_tick() {
  silent_ms_ += tick_ms;
  auto hello_late = mode_ == mode::hello_wanted
                    && silent_ms_ >= static_cast<int64_t>(options_->hello_ms);
  if (hello_late && asked_) {
    end_question();
    return;
  }
  if (hello_late
      || (mode_ == mode::open
          && silent_ms_ >= static_cast<int64_t>(options_->silence_ms))) {
    end(link_reason::timeout, hello_late ? "no hello in time" : "silent");
    return;
  }
  if (mode_ == mode::open
      && silent_ms_ >= static_cast<int64_t>(options_->ping_ms))
    transmit(link_ping{static_cast<uint64_t>(silent_ms_)});
  if (mode_ == mode::open)
    mind_drain();
  if (mode_ != mode::closed)
    tell_status();
}

void session::tell_status() {
  link_status status;
  status.id = id();
  status.side = link_side::from_child;
  status.peer = hostname_;
  status.address = address_;
  status.node = node_;
  status.up = mode_ == mode::open;
  status.state = mode_ == mode::open ? "open" : "greeting";
  status.updated_ms = options_->clock->now_ms();
  status.hosts = channel_numbers_.size();
  status.bytes_sent = bytes_sent_;
  status.bytes_received = bytes_received_;
  status.raw_bytes_sent = bytes_sent_;
  status.raw_bytes_received
      = bytes_received_ + static_cast<uint64_t>(unpacker_.saved_bytes());
  status.codec = status.up ? to_string(unpacker_.codec()) : "";
  status.credit_bytes = options_->credit_bytes;
  status.durability = to_string(options_->durability);
  status.security = security_ ? to_text(*security_) : std::string{};
  status.live = {live_number_, live_acked_, unacked_.size(), unacked_bytes_};
  status.history.last_number = history_number_;
  status.history.acked_number = history_acked_;
  status.newest = newest_;
  status.acked = acked_;
  figures_->links.put(std::move(status));
}

// -- incoming -----------------------------------------------------------------

void session::on_batch(const wire_batch& batch) {
  if (mode_ == mode::closed)
    return;
  if (asked_) { // and has its answer: all else is a way to say bye
    end_question();
    return;
  }
  if (batch.closed) {
    end(link_reason::none,
        batch.reason.empty() ? "closed by the peer" : batch.reason);
    return;
  }
  if (batch.security)
    security_ = batch.security;
  for (auto& body : batch.bodies) {
    bytes_received_ += link_bytes_of(body);
    auto error = on_body(body);
    if (mode_ == mode::closed)
      return;
    if (error) { // what came before it is good and is kept
      hand_over();
      end(link_reason::malformed, to_text(error));
      return;
    }
  }
  hand_over();
  if (mode_ == mode::open) {
    silent_ms_ = 0;
    send(wire_, consumed_atom_v, batch.bytes);
  }
}

caf::error session::on_body(const std::string& body) {
  if (is_run(body))
    return on_run(body);
  auto message = open_message(body);
  if (!message)
    return message.error();
  if (mode_ == mode::hello_wanted) {
    if (is_offered_)
      return malformed("something came before the answer to the hello");
    if (auto hello = std::get_if<link_hello>(&*message))
      return on_hello(*hello);
    return malformed("something else came before the hello");
  }
  return handle(*message);
}

caf::error session::handle(link_message& message) {
  if (auto x = std::get_if<link_frame>(&message)) {
    unpacker_.passed(*x);
    return on_frame(*x);
  }
  if (auto x = std::get_if<link_roster>(&message))
    return on_roster(*x);
  if (auto x = std::get_if<link_layout>(&message))
    return on_layout(*x);
  if (auto x = std::get_if<link_block>(&message))
    return on_block(*x);
  if (auto x = std::get_if<link_host_open>(&message))
    return on_host_open(*x);
  if (auto x = std::get_if<link_reply>(&message))
    return on_reply(*x);
  if (auto x = std::get_if<link_ping>(&message)) {
    transmit(link_pong{x->cookie});
    return {};
  }
  if (auto x = std::get_if<link_bye>(&message)) {
    hand_over();
    end(link_reason::none,
        x->reason == link_reason::none
            ? "the child goes to another parent"
            : std::string{"the child said "} + to_string(x->reason));
    return {};
  }
  if (auto x = std::get_if<link_host_close>(&message)) {
    auto i = channels_.find(x->channel);
    if (i == channels_.end())
      return {};
    hand_over();
    if (i->second.number != 0) {
      send(ingest_, leave_atom_v, source_actor{this}, i->second.number,
           std::string{"closed below: "} + to_string(x->reason));
      channel_numbers_.erase(i->second.number);
    }
    channels_.erase(i);
    return {};
  }
  if (auto x = std::get_if<link_drain>(&message)) {
    on_drain(*x);
    return {};
  }
  if (auto x = std::get_if<link_pong>(&message)) {
    end_doubt(~x->cookie, true);
    return {};
  }
  if (auto x = std::get_if<link_host_state>(&message)) {
    on_host_state(*x);
    return {};
  }
  return malformed("a message that only parents send");
}

caf::error session::on_hello(const link_hello& x) {
  if (x.version_min > link_version || x.version_max < 1) {
    transmit(
        link_refuse{link_reason::version, "this node speaks versions 1 and 2"});
    end(link_reason::version, "another protocol version");
    return {};
  }
  auto verdict = options_->rules->check(claim_of(x.api_key, x.node));
  if (!verdict) {
    auto code = code_of(verdict.error());
    auto reason = code == ec::loop ? link_reason::loop : link_reason::denied;
    log_->warn("node {} from {} is refused: {}", to_string(x.node), address_,
               to_text(verdict.error()));
    transmit(link_refuse{reason, {}});
    end(reason, {});
    return {};
  }
  hostname_ = to_plain_text(x.hostname.substr(0, hostname_bytes_max));
  if (!join(x))
    return {};
  if ((x.wishes & wish_question) != 0) {
    on_question(x);
    return {};
  }
  if (!is_alone_) { // comes back here when that is known
    greet(x);
    return {};
  }
  node_ = x.node;
  key_ = x.api_key;
  mode_ = mode::open;
  opened_ = options_->clock->now_ms() / 1000;
  figures_->links_up.fetch_add(1, std::memory_order_relaxed);
  auto welcome = welcome_of(x);
  welcome.codec = chosen_codec(verdict->compression, x.codecs);
  welcome.run_bytes_log = link_run_bytes_log;
  welcome.replication_step_s = verdict->replication.step_s.value_or(0);
  unpacker_ = run_unpacker{welcome.codec};
  send(wire_, trust_atom_v);
  transmit(welcome);
  tell_status();
  log_->info("link from {}, node {}, compression {}{}", peer_, to_string(node_),
             to_string(welcome.codec),
             security_ ? ", " + to_text(*security_) : std::string{});
  return {};
}

} // namespace tributary
