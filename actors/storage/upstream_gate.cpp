#include "actors/storage/upstream_gate.hpp"

#include <algorithm>

#include <caf/actor_addr.hpp>

namespace tributary {

void upstream_gate::wait(const source_actor& source,
                         const waiting_frame& what) {
  frames_[source].push_back(what);
}

void upstream_gate::wait(waiting_window what) {
  windows_.push_back(std::move(what));
}

void upstream_gate::begin_link() {
  open_.clear();
  refused_.clear();
}

bool upstream_gate::open(host_number host, const coverage& above,
                         tick wanted_since) {
  auto lost = above_[host];
  lost.drop_before(std::max(above.oldest(), wanted_since));
  auto lacks = !lost.missing_in(above).empty();
  above_[host] = above;
  open_[host] = wanted_since;
  refused_.erase(host);
  return lacks;
}

void upstream_gate::refuse(host_number host) {
  open_.erase(host);
  refused_.insert(host);
  // Their numbers stay pending: nothing behind them is acknowledged either.
  auto is_of_host = [&](auto& x) {
    return x.host == host;
  };
  windows_.erase(std::remove_if(windows_.begin(), windows_.end(), is_of_host),
                 windows_.end());
}

const coverage& upstream_gate::above(host_number host) const {
  static const coverage nothing;
  auto i = above_.find(host);
  return i == above_.end() ? nothing : i->second;
}

/// A cursor alone says little: what it has passed may be owed, and before the
/// parent has said what it has, not all that is owed is known.
bool upstream_gate::is_passed(const subscriber& receiver,
                              journal_position position, host_number host,
                              const tick_set& ticks) const {
  if (open_.count(host) == 0 || receiver.position < position)
    return false;
  auto owed = receiver.owed.find(host);
  return owed == receiver.owed.end() || !owed->second.overlaps(ticks);
}

upstream_gate::passed upstream_gate::pass(const subscriber* receiver) {
  passed result;
  if (receiver == nullptr)
    return result;
  for (auto i = frames_.begin(); i != frames_.end();) {
    auto& waiting = i->second;
    while (!waiting.empty()) {
      auto& x = waiting.front();
      tick_set ticks;
      ticks.add({x.tick, x.tick});
      if (!is_passed(*receiver, x.position, x.host, ticks))
        break;
      if (x.epoch != 0)
        above_[x.host].add({x.tick, x.tick, x.epoch});
      result.frames[i->first] = x.lane_number;
      waiting.pop_front();
    }
    i = waiting.empty() ? frames_.erase(i) : std::next(i);
  }
  for (auto i = windows_.begin(); i != windows_.end();) {
    tick_set ticks;
    for (auto& run : i->runs)
      ticks.add({run.from, run.to});
    if (!is_passed(*receiver, i->position, i->host, ticks)) {
      ++i;
      continue;
    }
    for (auto& run : i->runs)
      above_[i->host].add(run);
    result.tokens.push_back(i->token);
    i = windows_.erase(i);
  }
  return result;
}

void upstream_gate::forget(const caf::actor_addr& source) {
  for (auto i = frames_.begin(); i != frames_.end();)
    i = i->first.address() == source ? frames_.erase(i) : std::next(i);
}

} // namespace tributary
