/// The part of store.hpp that takes back what a failed transaction changed in
/// memory. Costs what was changed, not what there is.

#include <algorithm>

#include "store/store.hpp"

namespace tributary {

caf::error
store::in_transaction(const std::function<caf::error(lmdb::transaction&)>& f) {
  // A failed transaction leaves nothing behind, in memory as on disk.
  auto txn = environment_->write();
  if (!txn)
    return txn.error();
  // Of these there is little.
  auto forgotten = forgotten_;
  auto unused = unused_;
  auto roster_epochs = roster_epochs_;
  auto dirty_hosts = dirty_hosts_;
  auto dirty_subscribers = dirty_subscribers_;
  is_in_transaction_ = true;
  auto error = f(*txn);
  if (!error)
    error = txn->commit();
  is_in_transaction_ = false;
  auto undo = std::move(undo_);
  undo_.clear();
  if (error) {
    std::for_each(undo.rbegin(), undo.rend(), [](auto& step) { step(); });
    forgotten_ = std::move(forgotten);
    unused_ = std::move(unused);
    roster_epochs_ = std::move(roster_epochs);
    dirty_hosts_ = std::move(dirty_hosts);
    dirty_subscribers_ = std::move(dirty_subscribers);
  }
  return error;
}

void store::on_failure(std::function<void()> undo) {
  if (is_in_transaction_)
    undo_.push_back(std::move(undo));
}

/// What is written with windows and points beside the ticks.
void store::keep_marks(host_number host) {
  auto& x = hosts_[host];
  on_failure([this, host, closed = x.closed, from = x.tier_from,
              since = x.tiers_since, passed = x.passed] {
    auto& to = hosts_[host];
    to.passed = passed;
    to.closed = closed;
    to.tier_from = from;
    to.tiers_since = since;
  });
}

coverage& store::ticks(host_number host, ticks_of which) {
  return which == ticks_of::blocks ? hosts_[host].stored : durable_[host];
}

void store::add_ticks(host_number host, ticks_of which,
                      const coverage_run& run) {
  auto& to = ticks(host, which);
  tick_range range{run.from, run.to};
  if (is_in_transaction_)
    on_failure([this, host, which, range, before = to.runs_in(range)] {
      ticks(host, which).restore(range, before);
    });
  to.add(run);
}

/// They are in neither blocks nor journal.
void store::drop_ticks(host_number host, tick_range range) {
  for (auto which : {ticks_of::blocks, ticks_of::blocks_and_journal}) {
    auto& from = ticks(host, which);
    if (is_in_transaction_)
      on_failure([this, host, which, range, before = from.runs_in(range)] {
        ticks(host, which).restore(range, before);
      });
    from.remove(range);
  }
}

void store::drop_ticks_before(host_number host, tick t) {
  drop_ticks(host, {0, t - 1});
  if (!hosts_[host].passed.empty()) {
    keep_marks(host);
    hosts_[host].passed.remove({0, t - 1});
  }
}

void store::keep_owed(const guid& subscriber, host_number host) {
  if (!is_in_transaction_)
    return;
  tick_set before;
  if (auto known = subscribers_.find(subscriber); known != subscribers_.end())
    if (auto of = known->second.owed.find(host); of != known->second.owed.end())
      before = of->second;
  on_failure([this, subscriber, host, before = std::move(before)] {
    auto& owed = subscribers_[subscriber].owed;
    if (before.empty())
      owed.erase(host);
    else
      owed[host] = before;
  });
}

} // namespace tributary
