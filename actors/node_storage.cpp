/// The part of node.hpp that opens the store and starts what works on it.

#include <algorithm>
#include <map>

#include <spdlog/spdlog.h>

#include "actors/host_info.hpp"
#include "actors/node_children.hpp"
#include "actors/node_identity.hpp"
#include "actors/storage/host_state.hpp"
#include "actors/storage/reader.hpp"
#include "actors/storage/writer.hpp"
#include "config/admission.hpp"
#include "config/host_history.hpp"

namespace tributary {

namespace {

block_retention retention_of(const db_options& db, unsigned tier) {
  auto& x = tier == 0 ? db.tier0 : tier == 1 ? db.tier1 : db.tier2;
  return {static_cast<int64_t>(x.time_s), tier_size_mib(db, tier) << 20};
}

/// The most specific first.
further_retention further_retention_of(const node_options& options,
                                       const guid& own) {
  further_retention result;
  result.tiers = {{retention_of(options.db, 1), retention_of(options.db, 2)}};
  constexpr tier_times_s nothing;
  auto add = [&](std::function<bool(const stored_host&)> fits,
                 const tier_times_s& seconds) {
    if (seconds != nothing)
      result.hosts.push_back({std::move(fits), seconds});
  };
  for (auto& x : options.receiver.machines)
    add([id = x.machine](auto& host) { return host.definition.id == id; },
        x.retention_s);
  for (auto& x : options.retention)
    add([hosts = x.hosts](
            auto& host) { return hosts.matches(host.definition.hostname); },
        x.retention_s);
  for (auto& x : options.receiver.api_keys)
    add([mark
         = key_mark(own, x.key)](auto& host) { return host.key_mark == mark; },
        x.retention_s);
  hosts_without_history passed_on{options, own};
  if (!passed_on.empty())
    result.passes_on = [passed_on](const stored_host& host) {
      return passed_on.has(host.definition.id, host.key_mark);
    };
  return result;
}

/// As told, within the room that there is.
node_options within_room(const node_setup& setup, node_options options) {
  auto& db = options.db;
  db.map_size_mib
      = std::min(db.map_size_mib, setup.room_mib.value_or(db.map_size_mib));
  return options;
}

store_options store_options_of(const node_setup& setup,
                               const node_options& options) {
  auto& db = options.db;
  store_options result;
  result.environment.map_bytes = db.map_size_mib << 20;
  result.environment.sync = !setup.sync ? lmdb::sync_mode::none
                            : db.durability == durability::relaxed
                                ? lmdb::sync_mode::relaxed
                                : lmdb::sync_mode::full;
  result.passes_on = db.mode == db_mode::none;
  result.retention = retention_of(db, 0);
  result.further = further_retention_of(options, setup.own);
  result.tiers = db.storage_tiers;
  result.steps = {db.tier1_iterations, db.tier2_iterations};
  return result;
}

/// Keeps it for stores that forget. One on disk has it too: it goes on without,
/// and only a later change of `[db] mode` would need the file.
caf::error keep_epoch(const node_setup& setup, epoch_number epoch) {
  if (setup.epoch_path.empty())
    return {};
  auto error = keep_node_epoch(setup.epoch_path, epoch);
  if (error && setup.sync) {
    setup.log->warn("epoch {} is kept in the store only: {}", epoch,
                    to_text(error));
    return {};
  }
  return error;
}

} // namespace

writer_options node::options_of_writer() const {
  auto options = within_room(*setup_, options_);
  writer_options result;
  result.commit_every_ms = commit_every_ms(options);
  result.retention = retention_of(options.db, 0);
  result.further = further_retention_of(options, setup_->own);
  if (options.db.mode == db_mode::none)
    // Half of the room: as much again is what copies of pages take, and what
    // children sent.
    result.passing = writer_options::passing_options{
        options.sender.enabled,
        std::min(options.sender.buffer_mib, options.db.map_size_mib / 2) << 20};
  if (result.further.passes_on)
    result.receivers_of = receiver_counts();
  result.own = setup_->own;
  result.keep_epoch = [setup = setup_](epoch_number epoch) {
    return keep_epoch(*setup, epoch);
  };
  return result;
}

std::function<size_t(const stored_host&)> node::receiver_counts() const {
  std::map<size_t, size_t> uplinks; // by route
  for (auto& x : slots_)
    if (!x.empty())
      ++uplinks[x.route];
  return [routes = routes_, uplinks](const stored_host& host) {
    auto route = routes->of_host(host.definition.id, host.key_mark);
    auto found = route ? uplinks.find(*route) : uplinks.end();
    return found == uplinks.end() ? size_t{0} : found->second;
  };
}

ingest_options node::options_of_ingest() const {
  auto in_ms = [](const std::optional<uint64_t>& seconds) {
    return seconds
               ? std::optional<int64_t>{static_cast<int64_t>(*seconds) * 1000}
               : std::nullopt;
  };
  ingest_options result;
  result.own = setup_->own;
  result.cleanup = {in_ms(options_.db.cleanup_ephemeral_s),
                    in_ms(options_.db.forget_hosts_s)};
  return result;
}

caf::expected<bool> node::start_storage() {
  backups_->close();
  environment_.reset();
  host_definition own;
  own.id = setup_->own;
  own.hostname = setup_->hostname;
  own.window_seconds = options_.db.window_s;
  own.group_columns = static_cast<uint16_t>(options_.db.group_columns);
  own.info = read_host_info();
  if (options_.global.is_ephemeral)
    own.info.emplace_back(ephemeral_key, "yes");
  auto now = setup_->clock->now_ms() / 1000;
  auto& epoch_path = setup_->epoch_path;
  if (!epoch_path.empty()) {
    auto known = load_node_epoch(epoch_path);
    if (!known)
      return std::move(known.error());
    own.epoch = *known;
  }
  auto opened
      = open_storage(setup_->store_path,
                     store_options_of(*setup_, within_room(*setup_, options_)),
                     std::move(own), now);
  if (!opened)
    return std::move(opened.error());
  if (auto error = keep_epoch(*setup_, opened->own.epoch))
    return error;
  setup_->log->info("store {}: {} hosts, {} frames replayed, epoch {}",
                    setup_->store_path, opened->hosts.size(), opened->frames,
                    opened->own.epoch);
  own_host_ = opened->own;
  framer_started_ = false;
  newest_ = opened->newest;
  environment_ = opened->store->environment();
  backups_->open(environment_, setup_->own);
  setup_->figures->hosts.store(static_cast<int64_t>(opened->hosts.size()),
                               std::memory_order_relaxed);
  writer_ = spawn_child<writer, thread::own>(
      line_writer, options_of_writer(), std::move(opened->store), setup_->clock,
      setup_->figures, setup_->log);
  ingest_ = spawn_child<ingest, thread::pool>(
      line_ingest, options_of_ingest(), std::move(opened->hosts),
      opened->journal_end, setup_->clock, setup_->figures, setup_->log,
      writer_);
  return true;
}

caf::expected<bool> node::start_reader() {
  reader_ = spawn_child<reader, thread::own>(
      line_reader, environment_, setup_->clock, setup_->own, ingest_,
      options_.db.storage_tiers);
  if (setup_->offer_storage)
    setup_->offer_storage(ingest_, reader_);
  offer_storage();
  return true;
}

void node::offer_storage() {
  if (introspection_ && ingest_ && reader_)
    send(introspection_, offer_atom_v, ingest_, reader_, writer_);
}

} // namespace tributary
