/// The part of node.hpp that applies other options while the node runs. Each
/// actor is told by a message of its own; only what can't go on with a new
/// value is started anew.

#include <algorithm>

#include <caf/actor_system.hpp>
#include <spdlog/spdlog.h>

#include "actors/link/session.hpp"
#include "actors/node_children.hpp"
#include "config/host_history.hpp"
#include "config/option_table.hpp"
#include "config/reload.hpp"

namespace tributary {

void set_level(spdlog::logger& log, log_level level) {
  log.set_level(static_cast<spdlog::level::level_enum>(
      static_cast<int>(spdlog::level::debug) + static_cast<int>(level)));
}

namespace {

bool same_collectors(const collector_options& x, const collector_options& y) {
  return std::all_of(
      collector_rows.begin(), collector_rows.end(),
      [&](auto& row) { return x.*row.enabled == y.*row.enabled; });
}

/// Whether sections of one kind give the same hosts the same times.
template <class Section, class Name>
bool same_times(const std::vector<Section>& x, const std::vector<Section>& y,
                Name Section::*name) {
  return std::equal(
      x.begin(), x.end(), y.begin(), y.end(), [name](auto& a, auto& b) {
        return a.*name == b.*name && a.retention_s == b.retention_s;
      });
}

/// What hosts have of their own.
bool same_retention(const node_options& x, const node_options& y) {
  return same_times(x.receiver.machines, y.receiver.machines,
                    &machine_section::machine)
         && same_times(x.retention, y.retention, &retention_section::hosts)
         && same_times(x.receiver.api_keys, y.receiver.api_keys,
                       &api_key_section::key);
}

bool same_web(const node_options& x, const node_options& y) {
  // The web port tells lost children where the link port is.
  return x.web.mode == y.web.mode && x.web.bind_to == y.web.bind_to
         && x.web.port == y.web.port && x.receiver.port == y.receiver.port;
}

} // namespace

caf::result<uint64_t, uint64_t> node::on_reload(const node_options& wanted) {
  // It would start again what has just ended for good.
  if (stopping_)
    return caf::result<uint64_t, uint64_t>{uint64_t{0}, uint64_t{0}};
  auto& log = *setup_->log;
  auto changes = tributary::difference(options_, wanted);
  auto before = std::move(options_);
  options_ = reloaded(before, wanted);
  // What is told about the change of level itself is told at the finer one.
  set_level(log, std::min(before.log.level, options_.log.level));
  uint64_t applied = 0;
  for (auto& x : changes) {
    applied += x.reloadable ? 1 : 0;
    if (x.reloadable)
      log.info("{}", to_text(x));
    else
      log.warn("{}; takes effect at the next start", to_text(x));
  }
  auto waiting = changes.size() - applied;
  apply_collectors(before);
  auto secured = apply_security();
  auto streamed = streams();
  auto slots = slots_;
  assign_destinations();
  apply_storage(before); // before uplinks, which tell it who gets what now
  apply_sender(slots, streamed);
  apply_receiver(before);
  apply_web(before, streamed);
  start_due();
  if (changes.empty() && !secured)
    log.info("reloaded: nothing changed");
  else
    log.info("reloaded: {} {} applied, {} {} for a restart", applied,
             applied == 1 ? "option" : "options", waiting,
             waiting == 1 ? "waits" : "wait");
  set_level(log, options_.log.level);
  return caf::result<uint64_t, uint64_t>{applied, uint64_t{waiting}};
}

void node::renew(size_t line) {
  stop_lines(table_.renew(line, steady_ms()));
}

void node::apply_storage(const node_options& before) {
  if (before.db.cleanup_ephemeral_s != options_.db.cleanup_ephemeral_s
      || before.db.forget_hosts_s != options_.db.forget_hosts_s)
    send(ingest_, reload_atom_v,
         ingest_options_ptr{
             std::make_shared<const ingest_options>(options_of_ingest())});
  if (commit_every_ms(before) == commit_every_ms(options_)
      && before.db.tier0.time_s == options_.db.tier0.time_s
      && before.db.tier1.time_s == options_.db.tier1.time_s
      && before.db.tier2.time_s == options_.db.tier2.time_s
      && before.sender.enabled == options_.sender.enabled
      && before.sender.buffer_mib == options_.sender.buffer_mib
      && same_retention(before, options_)
      && hosts_without_history{before, setup_->own}.empty()
      && hosts_without_history{options_, setup_->own}.empty())
    return;
  // One that is being started again gets them at its start.
  send(writer_, reload_atom_v,
       writer_options_ptr{
           std::make_shared<const writer_options>(options_of_writer())});
}

void node::apply_collectors(const node_options& before) {
  if (!same_collectors(before.collectors, options_.collectors))
    send(framer_, reload_atom_v,
         collector_names_ptr{std::make_shared<const std::vector<std::string>>(
             collector_names())});
}

void node::apply_sender(const destination_slots& before, bool streamed) {
  if (streamed != streams())
    renew(line_connector); // and with it the uplinks
  else
    apply_destinations(before);
}

/// Only uplinks whose destinations or hosts changed do anything.
void node::apply_destinations(const destination_slots& before) {
  for (size_t slot = 0; slot < slots_.size(); ++slot) {
    if (before[slot].empty() != slots_[slot].empty())
      renew(line_of_uplink(slot));
    else if (uplinks_[slot] && !slots_[slot].empty())
      send(uplinks_[slot], reload_atom_v,
           uplink_options_ptr{std::make_shared<const uplink_options>(
               options_of_uplink(slot))});
  }
}

void node::apply_receiver(const node_options& before) {
  auto& receiver = options_.receiver;
  if (table_.state(line_listener) == child_state::off) {
    if (listens(receiver))
      renew(line_listener); // and with it the port
    return;
  }
  // Unchanged rules admit whom they admitted.
  send(listener_, reload_atom_v, options_of_sessions());
  auto moved = before.receiver.bind_to != receiver.bind_to
               || before.receiver.port != receiver.port;
  if (moved || listens(before.receiver) != listens(receiver))
    renew(line_acceptor);
}

void node::apply_web(const node_options& before, bool streamed) {
  auto same_port = same_web(before, options_);
  if (same_port && before.directories.web == options_.directories.web
      && streamed == streams()
      && same_collectors(before.collectors, options_.collectors))
    return;
  if (!same_port && web_open_) {
    web_.stop();
    web_open_ = false;
  }
  renew(line_http);
}

} // namespace tributary
