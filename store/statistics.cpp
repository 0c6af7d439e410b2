#include "store/statistics.hpp"

#include "store/records.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

caf::error read_tables(const lmdb::transaction& txn, store_statistics& to) {
  for (unsigned i = 0; i < tables::table_count; ++i) {
    auto use = txn.use_of(i);
    if (!use)
      return use.error();
    to.tables.push_back({tables::names[i], use->entries, use->bytes});
  }
  return {};
}

caf::error read_journal_bounds(const lmdb::transaction& txn,
                               store_statistics& to) {
  lmdb::cursor at{txn, tables::journal};
  if (!at.first())
    return {};
  to.journal_first = at.current_key().word(0);
  at.last();
  auto entry = open_journal_entry(at.current_value());
  if (!entry)
    return entry.error();
  to.journal_last = entry->first + entry->items.size() - 1;
  return {};
}

void read_windows(const lmdb::transaction& txn, store_statistics& to) {
  lmdb::cursor at{txn, tables::tier0};
  if (at.first())
    to.oldest_window = static_cast<tick>(at.current_key().word(0));
  if (at.last())
    to.newest_window = static_cast<tick>(at.current_key().word(0));
}

int64_t owed_to(const lmdb::transaction& txn, const guid& subscriber) {
  int64_t result = 0;
  lmdb::cursor at{txn, tables::owed};
  for (auto more = at.seek(tables::owed_key(subscriber, 0, 0)); more;
       more = at.next()) {
    auto key = at.current_key();
    if (guid::from_words(key.word(0), key.word(1)) != subscriber)
      break;
    auto last = static_cast<tick>(open_word(at.current_value()));
    result += last - static_cast<tick>(key.word(3)) + 1;
  }
  return result;
}

caf::error read_subscribers(const lmdb::transaction& txn,
                            store_statistics& to) {
  lmdb::cursor at{txn, tables::cursors};
  for (auto more = at.first(); more; more = at.next()) {
    auto position = open_cursor(at.current_value());
    if (!position)
      return position.error();
    subscriber_statistics x;
    auto key = at.current_key();
    x.subscriber = guid::from_words(key.word(0), key.word(1));
    x.position = *position;
    x.owed_ticks = owed_to(txn, x.subscriber);
    to.subscribers.push_back(x);
  }
  return {};
}

} // namespace

caf::expected<store_statistics>
read_statistics(const lmdb::environment& environment) {
  store_statistics result;
  auto space = environment.space();
  if (!space)
    return std::move(space.error());
  result.space = *space;
  auto txn = environment.read();
  if (!txn)
    return std::move(txn.error());
  if (auto error = read_tables(*txn, result))
    return error;
  if (auto error = read_journal_bounds(*txn, result))
    return error;
  read_windows(*txn, result);
  if (auto error = read_subscribers(*txn, result))
    return error;
  return result;
}

} // namespace tributary
