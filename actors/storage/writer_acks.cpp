/// The part of writer.hpp that tells others what a commit made durable.

#include <algorithm>

#include "actors/storage/writer.hpp"

namespace tributary {

void writer::acknowledge(commit_report report) {
  if (options_.passing) {
    wait_for_parent(report);
    pass_upstream();
    let_go();
  }
  std::map<source_actor, uint64_t> acks;
  while (!pending_acks_.empty()
         && pending_acks_.front().frame.position <= report.journal_end) {
    auto& x = pending_acks_.front();
    auto& number = acks[x.source];
    number = std::max(number, x.frame.lane_number);
    pending_acks_.pop_front();
  }
  for (auto& x : acks)
    send(x.first, commit_atom_v, x.second);
  acknowledge_windows(report.received_tokens);
  for (auto& x : pending_offers_)
    x.promise.deliver(standing_of(x.number));
  pending_offers_.clear();
  notify_debts(report);
  commit_report_ptr shared
      = std::make_shared<const commit_report>(std::move(report));
  for (auto& x : ingests_)
    send(x, stored_atom_v, shared);
}

/// An ack holds for all windows of its lane up to it, and windows become
/// durable in any order: it stops before the first that is not.
void writer::acknowledge_windows(const std::vector<uint64_t>& tokens) {
  for (auto token : tokens) {
    auto i = pending_windows_.find(token);
    if (i == pending_windows_.end())
      continue;
    auto& durable = durable_windows_[i->second.source];
    durable = std::max(durable, i->second.lane_number);
    pending_windows_.erase(i);
  }
  if (tokens.empty())
    return;
  std::map<source_actor, uint64_t> first_pending;
  for (auto& kvp : pending_windows_) {
    auto& number
        = first_pending.emplace(kvp.second.source, kvp.second.lane_number)
              .first->second;
    number = std::min(number, kvp.second.lane_number);
  }
  for (auto i = durable_windows_.begin(); i != durable_windows_.end();) {
    auto pending = first_pending.find(i->first);
    auto is_all = pending == first_pending.end();
    auto upto = is_all ? i->second : std::min(i->second, pending->second - 1);
    if (upto != 0)
      send(i->first, window_atom_v, upto);
    i = is_all ? durable_windows_.erase(i) : std::next(i);
  }
}

void writer::notify_debts(const commit_report& report) {
  for (auto& debt : report.debts) {
    auto i = uplinks_.find(debt.subscriber);
    if (i == uplinks_.end())
      continue;
    publication news;
    news.items.push_back(debt);
    send(i->second, publish_atom_v,
         std::make_shared<const publication>(std::move(news)));
  }
}

} // namespace tributary
