#include "store/unused_layouts.hpp"

#include <algorithm>

#include "store/block_reader.hpp"
#include "store/packed_blocks.hpp"
#include "store/tables.hpp"
#include "store/tier_block.hpp"

namespace tributary {

namespace {

/// Blocks that one commit looks at, and places where it finds none.
constexpr size_t looks_per_commit_max = 512;

/// Of one search; a host that has more is searched again.
constexpr size_t suspects_max = 4096;

constexpr size_t erased_per_commit_max = 64;

constexpr std::array<lmdb::table_number, 5> block_tables{
    tables::tier0, tables::tier1, tables::tier1_pieces, tables::tier2,
    tables::tier2_pieces};

} // namespace

void unused_layouts::forget(host_number host) {
  due_.erase(host);
  if (search_ && search_->host == host)
    search_.reset();
}

caf::error unused_layouts::step(lmdb::transaction& txn) {
  if (!search_ && !due_.empty())
    begin(txn);
  auto looks = looks_per_commit_max;
  auto is_done = [](auto& x) {
    return x.low > x.high;
  };
  while (search_ && looks != 0) {
    auto& tables = search_->tables;
    if (search_->suspects.empty())
      search_.reset();
    else if (std::all_of(tables.begin(), tables.end(), is_done))
      return erase_some(txn);
    else if (auto error = look(txn, looks))
      return error;
  }
  return {};
}

/// Hosts have their turns one after the other.
void unused_layouts::begin(const lmdb::transaction& txn) {
  auto host = due_.upper_bound(last_);
  if (host == due_.end())
    host = due_.begin();
  last_ = *host;
  search_.emplace();
  search_->host = last_;
  due_.erase(host);
  lmdb::cursor at{txn, tables::layouts};
  auto more = at.seek(tables::layout_key(last_, {}));
  for (; more && at.current_key().word(0) == last_; more = at.next()) {
    if (search_->suspects.size() == suspects_max) {
      due_.insert(last_);
      break;
    }
    search_->suspects.insert(
        {at.current_key().word(1), at.current_key().word(2)});
  }
}

/// One start in one table: that of the host's next block from one end.
caf::error unused_layouts::look(const lmdb::transaction& txn, size_t& looks) {
  auto& x = *search_;
  auto number = x.next;
  x.next = (number + 1) % x.tables.size();
  auto& of = x.tables[number];
  lmdb::cursor at{txn, block_tables[number]};
  of.is_upwards = !of.is_upwards;
  for (auto found = false; !found && of.low <= of.high && looks != 0; --looks) {
    // Upwards the first key from (low, host) on, downwards the last one up to
    // (high, host).
    auto more = false;
    if (of.is_upwards) {
      more = at.seek(tables::block_key(of.low, x.host, 0));
    } else {
      more = at.seek(tables::block_key(of.high, x.host + 1, 0));
      more = more ? at.previous() : at.last();
    }
    if (auto fault = at.fault())
      return fault;
    if (!more) {
      of.low = of.high + 1;
      return {};
    }
    auto start = static_cast<tick>(at.current_key().word(0));
    auto host = at.current_key().word(1) >> 32;
    auto& edge = of.is_upwards ? of.low : of.high;
    found = start == edge && host == x.host;
    if (found && !clear(at, block_tables[number], start, looks)) {
      search_.reset();
      return {};
    }
    if (start != edge)
      edge = start; // where there may be one of the host
    else
      edge += of.is_upwards ? 1 : -1;
  }
  return {};
}

/// Clears what the blocks of a start are of. False when one can't be read.
bool unused_layouts::clear(lmdb::cursor& at, lmdb::table_number table,
                           tick start, size_t& looks) {
  auto first = tables::block_key(start, search_->host, 0);
  auto more = at.seek(first);
  for (; more; more = at.next()) {
    auto key = at.current_key();
    if (key.word(0) != first.word(0) || key.word(1) >> 32 != search_->host)
      break;
    if (table != tables::tier0) {
      auto header = open_tier_header(at.current_value());
      if (!header)
        return false;
      search_->suspects.erase(header->layout_hash);
    } else {
      for (auto sealed : unpack_blocks(at.current_value())) {
        auto header = open_block_header(sealed);
        if (!header)
          return false;
        search_->suspects.erase(header->layout_hash);
      }
    }
    looks -= std::min<size_t>(looks - 1, 1); // the start itself takes the last
  }
  return !at.fault();
}

caf::error unused_layouts::erase_some(lmdb::transaction& txn) {
  auto& x = *search_;
  for (size_t n = 0; n < erased_per_commit_max && !x.suspects.empty(); ++n) {
    auto hash = *x.suspects.begin();
    auto erased = txn.erase(tables::layouts, tables::layout_key(x.host, hash));
    if (!erased)
      return std::move(erased.error());
    x.suspects.erase(x.suspects.begin());
  }
  if (x.suspects.empty())
    search_.reset();
  return {};
}

} // namespace tributary
