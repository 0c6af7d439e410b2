/// The part of session.hpp that takes other rules while the link is open: who
/// is admitted still stays as it is, who is not gets the refusal that a hello
/// would get now.

#include <algorithm>
#include <vector>

#include <spdlog/spdlog.h>

#include "actors/link/session.hpp"
#include "schema/utf8.hpp"

namespace tributary {

void session::on_reload(const session_options_ptr& options) {
  options_ = options;
  if (mode_ != mode::open)
    return; // a hello that comes is checked by them
  auto& rules = *options_->rules;
  if (auto verdict = rules.check(claim_of(key_, node_)); !verdict) {
    refuse_link(to_text(verdict.error()));
    return;
  }
  for (auto& host : denied_hosts_)
    if (rules.check(claim_of(key_, host))) {
      // Only a new link offers it again.
      end(link_reason::none, "a host of it is admitted now");
      return;
    }
  std::vector<uint32_t> denied;
  for (auto& kvp : channels_)
    if (!kvp.second.given_up
        && !rules.check(claim_of(key_, kvp.second.host.id)))
      denied.push_back(kvp.first);
  for (auto number : denied) {
    auto& to = channels_[number];
    denied_hosts_.insert(to.host.id);
    log_->warn("host {} from {} is not admitted any more",
               to_plain_text(to.host.hostname), peer_);
    if (to.number != 0) {
      send(ingest_, leave_atom_v, source_actor{this}, to.number,
           "not admitted any more");
      channel_numbers_.erase(to.number);
    }
    // What is on its way was sent in good faith; it is read and left.
    to.given_up = true;
    to.number = 0;
    transmit(link_host_refuse{number, link_reason::denied});
  }
}

void session::refuse_link(const std::string& why) {
  log_->warn("node {} from {} is refused: {}", to_string(node_), address_, why);
  transmit(link_refuse{link_reason::denied, {}});
  end(link_reason::none, "not admitted any more");
}

} // namespace tributary
