/// The part of node.hpp that reads the files of TLS: at the start, and again at
/// each reload, where a bad one leaves the old in force.

#include <spdlog/spdlog.h>

#include "actors/link/acceptor.hpp"
#include "actors/link/link_security.hpp"
#include "actors/node_children.hpp"

namespace tributary {

caf::error node::load_security() {
  auto port = security_of_port(options_);
  if (!port)
    return std::move(port.error());
  auto uplink = security_of_uplink(options_);
  if (!uplink)
    return std::move(uplink.error());
  port_security_ = std::move(*port);
  uplink_tls_ = std::move(*uplink);
  warn_of_certificates();
  return {};
}

void node::warn_of_certificates() const {
  auto now_s = setup_->clock->now_ms() / 1000;
  auto& tls = options_.tls;
  auto warn = [&](const tls_context& x, const std::string& path) {
    if (auto words = warning_of(x, now_s); !words.empty())
      setup_->log->warn("the certificate in {} {}", path, words);
  };
  if (port_security_->context)
    warn(*port_security_->context, tls.receiver.certificate);
  if (uplink_tls_) {
    warn(*uplink_tls_, tls.sender.certificate);
    if (tls.sender.skip_verification)
      setup_->log->warn("certificates of parents are not checked: 'ssl skip "
                        "certificate verification' is yes");
  }
}

/// Whether anything in force is another now.
bool node::apply_security() {
  auto& log = *setup_->log;
  auto before = std::make_pair(port_security_, uplink_tls_);
  if (auto error = load_security()) {
    log.error("TLS goes on with the files that it had: {}", to_text(error));
    return false;
  }
  auto mark = [](const tls_context* x) {
    return x == nullptr ? content_hash{} : x->fingerprint();
  };
  auto changed = false;
  if (before.first->policy == port_security_->policy
      && mark(before.first->context.get())
             == mark(port_security_->context.get())) {
    port_security_ = before.first; // with it what resumes sessions
  } else {
    changed = true;
    log.info("TLS of the link port: in force for new links, those that are up "
             "stay as they are");
    auto to = caf::actor_cast<acceptor_actor>(children_[line_acceptor].handle);
    if (to)
      send(to, reload_atom_v, port_security_);
  }
  if (mark(before.second.get()) == mark(uplink_tls_.get())) {
    uplink_tls_ = before.second;
  } else {
    changed = true;
    log.info("TLS of the uplink: in force for the next link");
  }
  return changed;
}

} // namespace tributary
