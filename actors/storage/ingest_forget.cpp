/// The part of ingest.hpp that lets go of a host for good.

#include <chrono>

#include <caf/typed_response_promise.hpp>

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
  if (!entry.sources.empty() || offered_.count(host) != 0)
    return make_error(ec::busy, name + " is live: end its link first");
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
