#include "actors/actor_directory.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

namespace tributary {

namespace {

int64_t steady_now_ns() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// Messages that wait. The counters are read one after the other while the
/// actor runs, so what was handled may have overtaken what was received.
uint64_t mailbox_depth_of(const actor_figures& x) {
  auto received = x.received.load(std::memory_order_relaxed);
  // The one in hand waits no more.
  auto done = x.handled.load(std::memory_order_relaxed)
              + (x.running_since_ns.load(std::memory_order_relaxed) != 0);
  return received > done ? received - done : 0;
}

actor_record record_of(const actor_figures& x, int64_t now_ns) {
  actor_record result;
  result.id = x.id;
  result.name = x.name;
  result.parent = x.parent;
  result.handled = x.handled.load(std::memory_order_relaxed);
  result.mailbox_depth = mailbox_depth_of(x);
  auto since = x.running_since_ns.load(std::memory_order_relaxed);
  if (since != 0 && now_ns > since)
    result.running_ns = static_cast<uint64_t>(now_ns - since);
  result.busy_ns
      = x.busy_ns.load(std::memory_order_relaxed) + result.running_ns;
  result.restarts = x.restarts;
  result.last_error = x.last_error;
  return result;
}

/// Depth first from `parent`; each level by name, so that lists do not jump.
void append_children(const std::string& parent,
                     std::multimap<std::string, actor_record>& by_parent,
                     std::vector<actor_record>& result) {
  auto [first, last] = by_parent.equal_range(parent);
  std::vector<actor_record> level;
  for (auto i = first; i != last; ++i)
    level.push_back(std::move(i->second));
  by_parent.erase(first, last);
  std::sort(level.begin(), level.end(), [](auto& x, auto& y) {
    return std::tie(x.name, x.id) < std::tie(y.name, y.id);
  });
  for (auto& x : level) {
    auto name = x.name;
    result.push_back(std::move(x));
    append_children(name, by_parent, result);
  }
}

} // namespace

std::string_view kind_of_actor(std::string_view name) noexcept {
  return name.substr(0, name.find(' '));
}

std::shared_ptr<actor_figures> actor_directory::add(uint64_t id,
                                                    const actor_identity& who,
                                                    caf::actor_addr address) {
  auto result = std::make_shared<actor_figures>();
  result->id = id;
  result->name = who.name;
  result->parent = who.parent;
  result->address = std::move(address);
  std::lock_guard<std::mutex> guard{mutex_};
  if (who.tenure == actor_tenure::supervised) {
    auto& past = past_[who.name];
    result->restarts = past.failures;
    result->last_error = past.last_error;
    past.parent = who.parent;
    past.away = false;
  }
  living_[id] = {result, who.tenure};
  return result;
}

void actor_directory::remove(uint64_t id, const std::string& reason) {
  std::lock_guard<std::mutex> guard{mutex_};
  auto i = living_.find(id);
  if (i == living_.end())
    return;
  auto& x = *i->second.figures;
  if (i->second.tenure == actor_tenure::supervised && !reason.empty()) {
    auto& past = past_[x.name];
    ++past.failures;
    past.last_error = reason;
    past.away = true;
  }
  auto& sums = ended_[std::string{kind_of_actor(x.name)}];
  sums.handled += x.handled.load(std::memory_order_relaxed);
  sums.busy_ns += x.busy_ns.load(std::memory_order_relaxed);
  living_.erase(i);
}

std::vector<actor_figures_ptr> actor_directory::list() const {
  std::lock_guard<std::mutex> guard{mutex_};
  std::vector<actor_figures_ptr> result;
  for (auto& kvp : living_)
    result.push_back(kvp.second.figures);
  return result;
}

std::vector<actor_record> actor_directory::records() const {
  std::multimap<std::string, actor_record> by_parent;
  auto now_ns = steady_now_ns();
  {
    std::lock_guard<std::mutex> guard{mutex_};
    for (auto& kvp : living_) {
      auto& x = *kvp.second.figures;
      by_parent.emplace(x.parent, record_of(x, now_ns));
    }
    for (auto& kvp : past_) {
      if (!kvp.second.away)
        continue;
      actor_record x;
      x.name = kvp.first;
      x.parent = kvp.second.parent;
      x.restarts = kvp.second.failures;
      x.last_error = kvp.second.last_error;
      by_parent.emplace(x.parent, std::move(x));
    }
  }
  std::vector<actor_record> result;
  append_children({}, by_parent, result);
  // Whose parent is unknown: a wire whose acceptor ended a moment ago.
  while (!by_parent.empty())
    append_children(by_parent.begin()->first, by_parent, result);
  return result;
}

std::map<std::string, actor_kind_totals> actor_directory::totals() const {
  std::lock_guard<std::mutex> guard{mutex_};
  auto result = ended_;
  for (auto& kvp : living_) {
    auto& x = *kvp.second.figures;
    auto& sums = result[std::string{kind_of_actor(x.name)}];
    ++sums.living;
    sums.mailbox_depth += mailbox_depth_of(x);
    sums.handled += x.handled.load(std::memory_order_relaxed);
    // Without the run that goes on: the sum must never fall.
    sums.busy_ns += x.busy_ns.load(std::memory_order_relaxed);
  }
  return result;
}

} // namespace tributary
