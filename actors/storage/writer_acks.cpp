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

void writer::acknowledge_windows(const std::vector<uint64_t>& tokens) {
  for (auto& x : window_acks_.pass(tokens))
    send(x.first, window_atom_v, x.second);
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
