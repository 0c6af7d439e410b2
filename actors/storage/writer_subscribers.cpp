/// The part of writer.hpp that keeps where subscribers stand: what they have
/// passed, what they are owed, and which hosts they get.

#include "actors/storage/writer.hpp"
#include "store/load.hpp"

namespace tributary {

caf::result<subscriber_standing_ptr>
writer::on_resume(const subscriber_actor& who, const guid& node) {
  if (auto error = succeed_parent(node))
    return error;
  uplinks_[node] = who;
  if (!receivers_.knows(who.id()))
    monitor(who);
  note_receivers(receivers_.begin_link(who.id(), node));
  auto result = std::make_shared<subscriber_standing>();
  for (auto& kvp : store_->hosts()) {
    auto& durable = result->durable[kvp.first] = store_->durable(kvp.first);
    for (auto& range : store_->gone(kvp.first).ranges()) {
      durable.remove(range); // what is not here can't be owed
      store_->pay(node, kvp.first, range);
    }
  }
  auto known = store_->subscribers().find(node);
  result->known = known != store_->subscribers().end();
  if (result->known) {
    result->position = known->second.position;
    result->owed = known->second.owed;
  } else {
    // Known from this answer on: a window that is received before its first
    // ack is owed to it, and the answer does not have it. Nothing is passed
    // yet.
    store_->move_cursor(node, 0);
    schedule(options_.commit_every_ms);
  }
  // What is staged can be read from the journal as well (on_read).
  result->journal_first = store_->journal_first();
  if (result->journal_first == 0)
    result->journal_first = store_->journal_end() + 1;
  for (auto& item : store_->staged_items()) {
    auto& header = item.frame->header();
    if (header.part == 0)
      result->durable[item.host].add({header.tick, header.tick, header.epoch});
  }
  return subscriber_standing_ptr{std::move(result)};
}

caf::result<journal_chunk_ptr> writer::on_read(journal_position first,
                                               uint64_t bytes) {
  auto result = std::make_shared<journal_chunk>();
  auto end = store_->journal_end();
  if (first <= end) {
    auto txn = store_->environment()->read();
    if (!txn)
      return std::move(txn.error());
    auto items = load_journal(*txn, first, bytes);
    if (!items)
      return std::move(items.error());
    for (auto& x : *items)
      result->frames.push_back(
          {x.first, x.second.host, x.second.frame, nullptr, nullptr});
    return journal_chunk_ptr{std::move(result)};
  }
  auto position = end + 1;
  for (auto& item : store_->staged_items()) {
    if (position >= first)
      result->frames.push_back(
          {position, item.host, item.frame, nullptr, nullptr});
    ++position;
  }
  return journal_chunk_ptr{std::move(result)};
}

void writer::on_cursor(const cursor_update& what) {
  for (auto& x : what.owe)
    store_->owe(what.subscriber, x.first, x.second);
  for (auto& x : what.pay)
    store_->pay(what.subscriber, x.first, x.second);
  if (what.position != 0)
    store_->move_cursor(what.subscriber, what.position);
  pass_upstream();
  schedule(options_.commit_every_ms);
}

/// As long as one of the parents has not told that it takes a host, it is not
/// known what it lacks.
void writer::note_receivers(const std::set<host_number>& hosts) {
  for (auto number : hosts) {
    auto host = store_->hosts().find(number);
    if (!options_.receivers_of || host == store_->hosts().end())
      continue;
    auto receivers = receivers_.of(number);
    auto wanted = options_.receivers_of(host->second);
    if (wanted == 0 || receivers.size() < wanted)
      receivers.clear();
    store_->pass_to(number, std::move(receivers));
  }
}

} // namespace tributary
