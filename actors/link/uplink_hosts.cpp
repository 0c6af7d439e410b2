/// The part of uplink.hpp that tells the parent which hosts are there, and
/// hears which ones it does not take.

#include <algorithm>

#include <spdlog/spdlog.h>

#include "actors/link/uplink.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Seconds until one is offered again that was refused for what may pass: the
/// other one of two clones may go, and a disk that was full have room.
constexpr int64_t refused_again_s = 60;

/// After so many refusals the wait, twice as long each time, grows no more: to
/// a quarter of an hour.
constexpr unsigned refusals_max = 4;

} // namespace

void uplink::on_host_refuse(const link_host_refuse& x) {
  auto number = static_cast<host_number>(x.channel);
  auto i = channels_.find(number);
  if (i == channels_.end())
    return; // it went another way meanwhile
  auto& to = i->second;
  auto name = to_plain_text(to.host.definition.hostname);
  cut_off(to);
  auto may_pass
      = x.reason == link_reason::clone || x.reason == link_reason::busy;
  to.offer_again_s
      = may_pass ? refused_again_s << std::min(to.refusals, refusals_max) : 0;
  tell_above({number});
  auto level = to.refusals++ == 0 ? spdlog::level::warn : spdlog::level::debug;
  log_->log(level, "the parent refuses host {}: {}", name, to_string(x.reason));
  if (x.reason == link_reason::clone) { // for the list of links
    reason_ = "host " + name + " is refused: clone";
    tell_status();
  }
  flush(); // what was held for the answer
}

/// The parent takes it no longer. One that is there when it comes back is
/// offered anew.
void uplink::on_host_close(const link_host_close& x) {
  auto i = channels_.find(x.channel);
  if (i == channels_.end())
    return;
  cut_off(i->second);
  i->second.offer_again_s = 0;
  tell_above({static_cast<host_number>(x.channel), host_above::stance::closed});
}

/// What is on its way is acknowledged with what is behind it, and not kept.
void uplink::cut_off(channel& of) {
  auto number = of.host.number;
  of.refused = true;
  history_.cut_off(number);
  for (auto& range : live_.unacknowledged(number).ranges())
    of.skipped.add(range);
}

/// It goes another way: the parent of this one keeps what it has.
void uplink::keep_back(const host_summary& host) {
  auto channel = channels_.find(host.number);
  if (channel != channels_.end()) {
    if (!channel->second.refused)
      transmit(link_host_close{host.number, link_reason::none});
    channels_.erase(channel);
  }
  history_.forget(host.number); // what is owed stays written down
  kept_back_[host.number] = host;
  tell_above({host.number});
}

void uplink::offer_again(host_number number) {
  auto i = channels_.find(number);
  auto host = i->second.host;
  auto skipped = std::move(i->second.skipped);
  auto refusals = i->second.refusals;
  reason_.clear();
  channels_.erase(i);
  open_host(host);
  i = channels_.find(number);
  if (i == channels_.end()) { // until it goes here again
    for (auto& range : skipped.ranges())
      standing_.owed[number].add(range);
    return;
  }
  i->second.key_wanted = true; // of frames that the parent has not
  i->second.skipped = std::move(skipped);
  i->second.refusals = refusals;
}

void uplink::mind_refused() {
  std::vector<host_number> due;
  for (auto& kvp : channels_)
    if (kvp.second.offer_again_s > 0 && --kvp.second.offer_again_s == 0)
      due.push_back(kvp.first);
  for (auto number : due)
    offer_again(number);
}

/// The writer forgot who takes it, as the rules may be others now.
void uplink::tell_again(const channel& of) {
  if (mode_ == mode::open && of.accepted && !of.refused)
    tell_above({of.host.number, host_above::stance::still_takes});
}

void uplink::tell_state(channel& to, const host_summary& now) {
  auto comes = now.connected && !to.host.connected;
  auto same = now.connected == to.host.connected
              && (now.connected || now.reason == to.host.reason);
  to.host.connected = now.connected;
  to.host.reason = now.reason;
  if (same)
    return;
  if (to.refused && comes)
    offer_again(now.number);
  else if (!to.refused && (parent_knows_ & knows_host_state) != 0)
    transmit(link_host_state{now.number, now.connected, now.reason});
}

} // namespace tributary
