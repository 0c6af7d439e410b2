#include "actors/link/destination_choice.hpp"

#include <algorithm>
#include <cassert>

#include "schema/error.hpp"

namespace tributary {

link_end end_of(const caf::error& error, link_reason refusal) noexcept {
  switch (refusal) {
  case link_reason::denied:
  case link_reason::version:
  case link_reason::clone:
  case link_reason::malformed:
  case link_reason::unsupported:
  case link_reason::tls_wanted:
    return link_end::denied;
  case link_reason::loop:
    return link_end::loop;
  case link_reason::busy:
    return link_end::busy;
  case link_reason::shutdown:
    return link_end::shutdown;
  case link_reason::draining:
    return link_end::draining;
  case link_reason::timeout:
  case link_reason::replaced:
    return link_end::lost;
  case link_reason::none:
    break;
  }
  switch (code_of(error)) {
  case ec::timed_out:
    return link_end::timed_out;
  case ec::denied:
  case ec::not_a_link:
  case ec::tls_failed:
  case ec::version_mismatch:
    return link_end::denied;
  case ec::loop:
    return link_end::loop;
  case ec::busy:
    return link_end::busy;
  default:
    return link_end::unreachable;
  }
}

wait_range wait_after(link_end cause, const destination_waits& waits) noexcept {
  auto longest = waits.max_ms;
  switch (cause) {
  case link_end::unreachable:
  case link_end::shutdown:
  case link_end::lost:
    return {waits.min_ms, longest};
  case link_end::timed_out:
  case link_end::busy:
    return {waits.min_ms, 2 * longest};
  case link_end::denied:
  case link_end::draining:
    return {longest, 2 * longest};
  case link_end::loop:
  case link_end::same_parent:
    return {4 * longest, 8 * longest};
  }
  return {waits.min_ms, longest};
}

void destination_choice::reset(size_t count, destination_waits waits) {
  assert(count > 0 && waits.min_ms <= waits.max_ms);
  waits_ = waits;
  entries_.assign(count, {});
  spread_until_ms_ = 0;
}

int64_t destination_choice::uniform(int64_t from, int64_t to) {
  return std::uniform_int_distribution<int64_t>{from, to}(random_);
}

int64_t destination_choice::wait_ms(size_t index, int64_t now_ms) const {
  return std::max<int64_t>(0, entries_[index].due_ms - now_ms);
}

int64_t destination_choice::ask_ms(size_t index, int64_t now_ms) const {
  auto& x = entries_[index];
  return std::max<int64_t>(0, std::max(x.due_ms, x.ask_due_ms) - now_ms);
}

destination_choice::step destination_choice::next(int64_t now_ms) const {
  step result{0, wait_ms(0, now_ms)};
  for (size_t i = 1; i < entries_.size() && result.wait_ms > 0; ++i)
    if (auto wait = wait_ms(i, now_ms); wait < result.wait_ms)
      result = {i, wait};
  result.wait_ms = std::max(result.wait_ms, spread_until_ms_ - now_ms);
  return result;
}

std::vector<size_t> destination_choice::candidates(int64_t now_ms) const {
  std::vector<size_t> result;
  for (size_t i = 0; i < entries_.size(); ++i)
    if (wait_ms(i, now_ms) == 0)
      result.push_back(i);
  return result;
}

void destination_choice::welcomed(size_t index, int64_t now_ms) {
  entries_[index].up_since_ms = now_ms;
  entries_[index].reason.clear();
  for (auto& x : entries_)
    x.ask_due_ms = std::max(x.ask_due_ms,
                            now_ms + uniform(waits_.max_ms, 2 * waits_.max_ms));
}

void destination_choice::left(size_t index) {
  entries_[index].up_since_ms = -1;
}

bool destination_choice::failed(size_t index, link_end cause,
                                std::string reason, int64_t now_ms) {
  auto& x = entries_[index];
  auto wait = wait_after(cause, waits_);
  x.due_ms = now_ms + uniform(wait.from_ms, wait.to_ms);
  if (x.up_since_ms >= 0) {
    x.flaps = is_calm(index, now_ms) || cause == link_end::draining
                  ? 0
                  : x.flaps + 1;
    x.up_since_ms = -1;
    if (x.flaps > 1) { // once is no habit
      auto doublings = std::min<uint32_t>(x.flaps - 2, 10);
      x.ask_due_ms = now_ms + std::min(calm_ms << doublings, flap_wait_ms_max);
    }
    if (entries_.size() > 1)
      spread_until_ms_ = now_ms + uniform(0, spread_ms);
  }
  auto is_news = x.reason != reason;
  x.reason = std::move(reason);
  return is_news;
}

std::optional<size_t> destination_choice::to_ask(size_t current, bool anywhere,
                                                 int64_t now_ms) const {
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (i == current && !anywhere)
      break;
    if (i != current && ask_ms(i, now_ms) == 0)
      return i;
  }
  return std::nullopt;
}

bool destination_choice::is_calm(size_t index, int64_t now_ms) const {
  auto up_since = entries_[index].up_since_ms;
  return up_since >= 0 && now_ms - up_since >= calm_ms;
}

void destination_choice::forgive(size_t index) {
  entries_[index].due_ms = 0;
}

void destination_choice::hurry() {
  for (auto& x : entries_)
    x.ask_due_ms = 0;
}

size_t freshest_of(const newest_by_destination& found) {
  assert(!found.empty());
  tick newest = 0;
  for (auto& kvp : found)
    newest = std::max(newest, kvp.second);
  auto i = std::find_if(found.begin(), found.end(), [&](auto& x) {
    return x.second + equal_ticks_max >= newest;
  });
  return i->first;
}

} // namespace tributary
