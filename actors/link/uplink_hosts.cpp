/// The part of uplink.hpp that tells the parent which hosts are there, and
/// hears which ones it does not take.

#include <spdlog/spdlog.h>

#include "actors/link/uplink.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// A clone is offered again after so many seconds: the other one may have gone.
constexpr int64_t clone_again_s = 60;

} // namespace

void uplink::on_host_refuse(const link_host_refuse& x) {
  auto number = static_cast<host_number>(x.channel);
  auto& to = channels_[number];
  auto name = to_plain_text(to.host.definition.hostname);
  to.refused = true;
  to.offer_again_s = x.reason == link_reason::clone ? clone_again_s : 0;
  tell_above({number, true, {}});
  log_->warn("the parent refuses host {}: {}", name, to_string(x.reason));
  if (x.reason == link_reason::clone) { // for the list of links
    reason_ = "host " + name + " is refused: clone";
    tell_status();
  }
  flush(); // what was held for the answer
}

/// The parent takes it no longer. One that is there when it comes back is
/// offered anew.
void uplink::on_host_close(const link_host_close& x) {
  channels_[x.channel].refused = true;
  channels_[x.channel].offer_again_s = 0;
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
  tell_above({host.number, true, {}, 0});
}

void uplink::offer_again(host_number number) {
  auto i = channels_.find(number);
  auto host = i->second.host;
  auto skipped = std::move(i->second.skipped);
  reason_.clear();
  channels_.erase(i);
  open_host(host);
  i = channels_.find(number);
  if (i == channels_.end())
    return;
  i->second.key_wanted = true; // of frames that the parent has not
  i->second.skipped = std::move(skipped);
}

void uplink::mind_refused() {
  std::vector<host_number> due;
  for (auto& kvp : channels_)
    if (kvp.second.offer_again_s > 0 && --kvp.second.offer_again_s == 0)
      due.push_back(kvp.first);
  for (auto number : due)
    offer_again(number);
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
