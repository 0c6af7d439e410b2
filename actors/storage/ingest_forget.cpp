/// The part of ingest.hpp that lets go of a host for good.

#include <algorithm>
#include <chrono>

#include <caf/typed_response_promise.hpp>
#include <spdlog/spdlog.h>

#include "actors/storage/host_state.hpp"
#include "actors/storage/ingest.hpp"
#include "schema/utf8.hpp"

namespace tributary {

namespace {

/// Below what the shell waits.
constexpr auto forget_timeout = std::chrono::seconds(4);

} // namespace

caf::result<forget_state_ptr> ingest::on_forget(const guid& host) {
  auto number = numbers_.find(host);
  if (number == numbers_.end())
    return make_error(ec::not_found, "host " + to_string(host));
  auto& entry = hosts_.at(number->second);
  auto name = to_plain_text(entry.kept.hot.definition().hostname);
  if (host == options_.own)
    return make_error(ec::bad_request, name + " is this node itself");
  if (entry.sources.online() || offered_.count(host) != 0)
    return make_error(ec::busy, name + " is live: end its link first");
  // Who has only its past needs not bring it any more.
  for (auto& x : entry.sources.all())
    send(x.who, leave_atom_v, number->second);
  entry.sources.clear();
  entry.reason = "being forgotten";
  auto promise = make_response_promise<forget_state_ptr>();
  // An offer that comes meanwhile reaches the writer behind this, and is of a
  // host that is new there.
  request(writer_, forget_timeout, forget_atom_v, host)
      .then(
          [this, promise,
           number = number->second](const forget_state_ptr& x) mutable {
            drop_host(number);
            promise.deliver(x);
          },
          [promise](caf::error& error) mutable {
            promise.deliver(std::move(error));
          });
  return promise;
}

/// One at a time, as the writer does it.
void ingest::clean_up() {
  auto& wanted = options_.cleanup;
  if (!wanted.ephemeral_ms && !wanted.any_ms)
    return;
  auto wall = clock_->now_ms();
  auto steady = std::chrono::duration_cast<std::chrono::seconds>(
      clock().now().time_since_epoch());
  // A clock that jumps ahead makes nobody old.
  auto now = std::min(
      wall, retention_clock_.at(wall / 1000, steady.count()) * 1000 + 999);
  for (auto& kvp : hosts_) {
    auto& definition = kvp.second.kept.hot.definition();
    host_absence absence;
    absence.is_own = definition.id == options_.own;
    absence.is_connected = kvp.second.sources.online()
                           || offered_.count(definition.id) != 0
                           || waiting_.count(definition.id) != 0;
    absence.is_ephemeral = is_ephemeral(definition);
    absence.since
        = away_since(kvp.second.left_ms, kvp.second.kept.hot.newest());
    if (!is_over(absence, wanted, now, started_ms_))
      continue;
    auto words = to_plain_text(definition.hostname) + " ("
                 + to_string(definition.id) + ")"
                 + (absence.is_ephemeral ? ", ephemeral," : "") + " was away "
                 + std::to_string((now - absence.since) / 1000) + " s";
    // What fails is tried again with the next turn.
    request(ingest_actor{this}, forget_timeout, forget_atom_v, definition.id)
        .then(
            [this, words](const forget_state_ptr&) {
              log_->warn("host {} and is forgotten, with all that was kept of "
                         "it",
                         words);
            },
            [this, words](caf::error& error) {
              log_->debug("host {}: {}", words, to_text(error));
            });
    return;
  }
}

void ingest::drop_host(host_number number) {
  auto entry = find(number);
  if (entry == nullptr)
    return;
  auto known = numbers_.find(entry->kept.hot.definition().id);
  if (known != numbers_.end() && known->second == number)
    numbers_.erase(known);
  hosts_.erase(number);
  watchers_.erase(number);
  figures_->hosts.store(static_cast<int64_t>(hosts_.size()),
                        std::memory_order_relaxed);
  publication news;
  news.items.push_back(published_end{number});
  publish(std::move(news));
}

} // namespace tributary
