#include "actors/restart_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tributary {

const char* to_string(child_state x) noexcept {
  switch (x) {
  case child_state::off:
    return "off";
  case child_state::running:
    return "running";
  case child_state::stopping:
    return "stopping";
  case child_state::waiting:
    return "waiting";
  }
  return "unknown";
}

std::string to_text(const child_status& x) {
  if (x.state != child_state::waiting)
    return to_string(x.state);
  if (!x.waits_for.empty())
    return "waits for " + x.waits_for;
  return fmt::format("waits {:.1f} s to be started again{}{}",
                     static_cast<double>(x.next_start_ms) / 1000,
                     x.last_error.empty() ? "" : " after: ", x.last_error);
}

restart_table::restart_table(std::vector<child_rule> rules) {
  for (auto& x : rules) {
    child to;
    to.status.name = x.name;
    to.rule = std::move(x);
    children_.push_back(std::move(to));
  }
}

void restart_table::begin(int64_t now_ms) {
  for (auto& x : children_) {
    x.status.state = child_state::waiting;
    x.due_ms = now_ms;
  }
}

const restart_table::child* restart_table::missing(const child& x) const {
  for (auto line : x.rule.needs)
    if (state(line) != child_state::running)
      return &children_[line];
  return nullptr;
}

bool restart_table::waits_for_time(size_t line) const {
  auto& x = children_[line];
  if (x.rule.lead != line || x.status.state != child_state::waiting
      || missing(x) != nullptr)
    return false;
  // Those that hold its old handle must be gone; one of them may hold the file.
  auto affected = with_dependents(line);
  for (size_t i = 0; i < children_.size(); ++i)
    if (affected[i] && state(i) == child_state::stopping)
      return false;
  return true;
}

std::optional<size_t> restart_table::startable(int64_t now_ms) const {
  for (size_t i = 0; i < children_.size(); ++i)
    if (waits_for_time(i) && children_[i].due_ms <= now_ms)
      return i;
  return std::nullopt;
}

void restart_table::started(size_t line, int64_t now_ms) {
  for (auto& x : children_) {
    if (x.rule.lead != line)
      continue;
    x.status.state = child_state::running;
    x.status.restarts += x.begun ? 1 : 0;
    x.begun = true;
    x.started_ms = now_ms;
  }
}

void restart_table::switched_off(size_t line) {
  auto affected = with_dependents(line);
  for (size_t i = 0; i < children_.size(); ++i)
    if (affected[i] && state(i) == child_state::waiting)
      children_[i].status.state = child_state::off;
}

void restart_table::fail(size_t line, std::string error, int64_t now_ms) {
  auto& lead = children_[children_[line].rule.lead];
  auto was_calm = lead.status.state == child_state::running
                  && now_ms - lead.started_ms >= calm_ms;
  lead.failures = was_calm ? 1 : lead.failures + 1;
  auto shift = std::min<size_t>(lead.failures - 1, 20);
  auto limit = lead.rule.vital ? vital_delay_ms_max : delay_ms_max;
  lead.due_ms = now_ms + std::min(delay_ms_min << shift, limit);
  children_[line].status.last_error = std::move(error);
}

void restart_table::failed(size_t line, std::string error, int64_t now_ms) {
  fail(line, std::move(error), now_ms);
  for (auto& x : children_)
    if (x.rule.lead == line)
      x.status.state = child_state::waiting;
}

std::vector<bool> restart_table::with_dependents(size_t line) const {
  std::vector<bool> result(children_.size(), false);
  auto lead = children_[line].rule.lead;
  for (size_t i = 0; i < children_.size(); ++i) {
    auto& x = children_[i];
    result[i] = x.rule.lead == lead
                || std::any_of(x.rule.needs.begin(), x.rule.needs.end(),
                               [&](size_t y) { return result[y]; });
  }
  return result;
}

std::vector<size_t> restart_table::stop_dependents(size_t line) {
  auto affected = with_dependents(line);
  std::vector<size_t> result;
  for (auto i = children_.size(); i-- > 0;) {
    auto& state = children_[i].status.state;
    if (!affected[i] || i == line || state != child_state::running)
      continue;
    state = child_state::stopping;
    result.push_back(i);
  }
  return result;
}

std::vector<size_t> restart_table::ended(size_t line, std::string error,
                                         int64_t now_ms) {
  auto& x = children_[line];
  if (x.status.state == child_state::stopping) {
    auto first = missing(x);
    auto is_off = first != nullptr && first->status.state == child_state::off;
    x.status.state = is_off ? child_state::off : child_state::waiting;
    return {};
  }
  if (x.status.state != child_state::running)
    return {};
  fail(line, std::move(error), now_ms);
  x.status.state = child_state::waiting;
  return stop_dependents(line);
}

std::vector<size_t> restart_table::renew(size_t line, int64_t now_ms) {
  auto& x = children_[line];
  x.due_ms = now_ms;
  x.failures = 0;
  auto affected = with_dependents(line);
  for (size_t i = 0; i < children_.size(); ++i)
    if (affected[i] && state(i) == child_state::off)
      children_[i].status.state = child_state::waiting;
  auto result = stop_dependents(line);
  if (x.status.state == child_state::running) {
    x.status.state = child_state::stopping;
    result.push_back(line);
  }
  return result;
}

std::optional<int64_t> restart_table::next_start_ms(int64_t now_ms) const {
  std::optional<int64_t> result;
  for (size_t i = 0; i < children_.size(); ++i) {
    if (!waits_for_time(i))
      continue;
    auto wait = std::max<int64_t>(children_[i].due_ms - now_ms, 0);
    result = std::min(result.value_or(wait), wait);
  }
  return result;
}

std::optional<size_t> restart_table::exhausted() const {
  for (size_t i = 0; i < children_.size(); ++i)
    if (children_[i].rule.vital && children_[i].failures > vital_failures_max)
      return i;
  return std::nullopt;
}

std::vector<child_status> restart_table::status(int64_t now_ms) const {
  std::vector<child_status> result;
  for (auto& x : children_) {
    result.push_back(x.status);
    if (x.status.state != child_state::waiting)
      continue;
    auto& lead = children_[x.rule.lead];
    if (auto first = missing(lead))
      result.back().waits_for = first->status.name;
    else
      result.back().next_start_ms = std::max<int64_t>(lead.due_ms - now_ms, 0);
  }
  return result;
}

} // namespace tributary
