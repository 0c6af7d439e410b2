/// The part of session.hpp that takes hosts and lets go of them.

#include <algorithm>
#include <chrono>
#include <utility>

#include <spdlog/spdlog.h>

#include "actors/link/session.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Above the writer's own time-out and the time that a contested host takes.
constexpr auto offer_timeout = std::chrono::seconds(45);

/// Hosts on one link: a relay for all of a large site.
constexpr size_t channels_max = 65536;

} // namespace

caf::error session::on_host_open(const link_host_open& x) {
  if (channels_.size() >= channels_max)
    return make_error(ec::too_large, "too many hosts on one link");
  auto known = std::find(x.path.begin(), x.path.end(), options_->own);
  auto reason = link_reason::none;
  auto verdict = options_->rules->check(claim_of(key_, x.host.id));
  if (known != x.path.end() || x.host.id == options_->own)
    reason = link_reason::loop;
  else if (!verdict)
    reason = link_reason::denied;
  if (reason != link_reason::none) {
    log_->info("host {} from {} is refused: {}", to_plain_text(x.host.hostname),
               peer_,
               reason == link_reason::denied ? to_text(verdict.error())
                                             : to_string(reason));
    transmit(link_host_refuse{x.channel, reason});
    if (reason == link_reason::denied && denied_hosts_.size() < channels_max)
      denied_hosts_.insert(x.host.id);
    return {};
  }
  auto& to = channels_[x.channel];
  if (to.given_up) // what was on its way when it was given up has come
    to = channel{};
  to.host = x.host;
  to.replication = verdict->replication;
  auto offer = std::make_shared<host_offer>();
  offer->definition = x.host;
  offer->path = x.path;
  offer->key_mark = verdict->key_mark;
  offer->presence = {x.online, to_plain_text(x.why)};
  request(ingest_, offer_timeout, offer_atom_v, source_actor{this},
          host_offer_ptr{offer})
      .then(
          [this, x](const host_standing_ptr& standing) {
            if (options_->durability == ack_durability::upstream)
              accept_as_above(x.channel, x, standing->number);
            else
              accept_host(x.channel, x, *standing);
          },
          [this, x](caf::error& error) {
            refuse_host(x.channel, x.host, error);
          });
  return {};
}

void session::accept_as_above(uint32_t number, const link_host_open& x,
                              host_number host) {
  if (mode_ != mode::open) {
    send(ingest_, leave_atom_v, source_actor{this}, host, "closed below");
    return;
  }
  unanswered_.insert(host);
  // As long as it takes: nobody else could say what the child may forget.
  request(options_->above, caf::infinite, accept_atom_v, source_actor{this},
          host)
      .then(
          [this, number, x, host](const host_standing_ptr& standing) {
            if (auto i = unanswered_.find(host); i != unanswered_.end()) {
              unanswered_.erase(i);
              accept_host(number, x, *standing);
            } else if (mode_ == mode::open) { // another link delivers it now
              transmit(link_host_refuse{x.channel, link_reason::replaced});
            }
          },
          [this, x, host](caf::error& error) {
            unanswered_.erase(host);
            auto why = to_text(error);
            log_->warn("host {} is refused: {}", to_plain_text(x.host.hostname),
                       why);
            send(ingest_, leave_atom_v, source_actor{this}, host, why);
            if (mode_ == mode::open)
              transmit(link_host_refuse{x.channel, link_reason::denied});
          });
}

void session::accept_host(uint32_t number, const link_host_open& x,
                          const host_standing& standing) {
  auto i = channels_.find(number);
  if (i == channels_.end() || mode_ != mode::open || i->second.given_up) {
    send(ingest_, leave_atom_v, source_actor{this}, standing.number,
         "closed below");
    return;
  }
  auto is_known = i->second.number != 0; // told anew
  i->second.number = standing.number;
  // Windows are cut as the host's first definition says.
  i->second.host = standing.definition;
  channel_numbers_[standing.number] = number;
  log_->log(is_known ? spdlog::level::debug : spdlog::level::info,
            "host {} streams from {}", to_plain_text(x.host.hostname), peer_);
  auto since = wanted_since(i->second.replication, opened_);
  transmit(link_host_accept{number, standing.durable,
                            std::max(since, standing.wanted_since)});
  if (i->second.news)
    on_host_state(*std::exchange(i->second.news, std::nullopt));
}

caf::expected<session::channel*> session::channel_of(uint32_t number) {
  auto i = channels_.find(number);
  if (i == channels_.end() || (i->second.number == 0 && !i->second.given_up))
    return malformed("data of a host that was not accepted");
  return &i->second;
}

void session::on_taken_over(host_number number) {
  unanswered_.erase(number);
  auto i = channel_numbers_.find(number);
  if (i == channel_numbers_.end())
    return;
  log_->info("host number {} is no longer taken from {}", number, peer_);
  transmit(link_host_close{i->second, link_reason::replaced});
  // What is on its way was sent in good faith; it is read and left.
  auto& channel = channels_[i->second];
  channel.given_up = true;
  channel.number = 0;
  channel_numbers_.erase(i);
  if (channel_numbers_.empty())
    end(link_reason::replaced, "its hosts come over another link");
}

void session::on_host_state(const link_host_state& x) {
  auto i = channels_.find(x.channel);
  if (i == channels_.end() || i->second.given_up)
    return;
  if (i->second.number == 0) { // not answered yet
    i->second.news = x;
    return;
  }
  hand_over(); // frames before it were of the old state
  auto news = std::make_shared<host_presence>();
  news->source = this;
  news->number = i->second.number;
  news->presence = {x.online, to_plain_text(x.why)};
  send(ingest_, status_atom_v, host_presence_ptr{std::move(news)});
}

void session::refuse_host(uint32_t channel, const host_definition& host,
                          const caf::error& why) {
  auto is_clone = code_of(why) == ec::clone;
  auto name = to_plain_text(host.hostname);
  if (is_clone) {
    log_->error("host {} from {} is refused as a clone: {}", name, peer_,
                words_of(why));
    figures_->clones_refused.fetch_add(1, std::memory_order_relaxed);
    // What came before over this channel was of its life before.
    auto i = channels_.find(channel);
    if (i != channels_.end() && i->second.number != 0) {
      send(ingest_, leave_atom_v, source_actor{this}, i->second.number,
           "refused as a clone");
      channel_numbers_.erase(i->second.number);
      i->second.number = 0;
      i->second.given_up = true;
    }
  } else {
    log_->warn("host {} can't be taken: {}", name, to_text(why));
  }
  if (mode_ == mode::open)
    transmit(link_host_refuse{channel, is_clone ? link_reason::clone
                                                : link_reason::busy});
}

} // namespace tributary
