/// The reading half of store.hpp: what a transaction sees, as values.

#include "store/packed_blocks.hpp"
#include "store/store.hpp"
#include "store/tables.hpp"

namespace tributary {

namespace {

caf::error at_place(const std::string& where, const caf::error& error) {
  return make_error(code_of(error), where + to_text(error));
}

/// Calls `f(sealed)` for each group of a window until it fails; the error says
/// where that was.
template <class F>
caf::error for_each_group(const lmdb::transaction& txn, host_number host,
                          tick start, F f) {
  lmdb::cursor at{txn, tables::tier0};
  auto more = at.seek(tables::block_key(start, host, 0));
  for (; more; more = at.next()) {
    auto key = at.current_key();
    if (key.word(0) != static_cast<uint64_t>(start)
        || key.word(1) >> 32 != host)
      break;
    auto group = static_cast<uint32_t>(key.word(1));
    for (auto sealed : unpack_blocks(at.current_value())) {
      if (caf::error error = f(sealed))
        return at_place(place_of_group(host, start, group), error);
      ++group;
    }
  }
  return at.fault();
}

bool has_chart(const layout& x, std::string_view id) {
  for (auto& chart : x.charts)
    if (chart->id == id)
      return true;
  return false;
}

} // namespace

std::string place_of_group(host_number host, tick start, uint32_t group) {
  return "host " + std::to_string(host) + " window " + std::to_string(start)
         + " group " + std::to_string(group) + ": ";
}

caf::expected<std::shared_ptr<const layout>>
layout_cache::get(const lmdb::transaction& txn, host_number host,
                  const content_hash& hash) {
  auto i = entries_.find({host, hash});
  if (i != entries_.end())
    return i->second;
  auto sealed = txn.get(tables::layouts, tables::layout_key(host, hash));
  if (!sealed)
    return make_error(ec::unknown_layout, "a block's layout is not stored");
  auto opened = open_layout(*sealed);
  if (!opened)
    return std::move(opened.error());
  if (entries_.size() >= entries_max)
    entries_.clear();
  auto result = std::make_shared<const layout>(std::move(*opened));
  entries_.emplace(std::make_pair(host, hash), result);
  return result;
}

caf::error load_window(const lmdb::transaction& txn, layout_cache& layouts,
                       host_number host, std::string_view only_chart,
                       window_table& window) {
  auto add = [&](std::string_view sealed) -> caf::error {
    auto header = open_block_header(sealed);
    if (!header)
      return header.error();
    auto columns_of = layouts.get(txn, host, header->layout_hash);
    if (!columns_of)
      return columns_of.error();
    if (!only_chart.empty() && !has_chart(**columns_of, only_chart))
      return {};
    return open_block(sealed, **columns_of, window, only_chart,
                      layouts.payloads.get());
  };
  return for_each_group(txn, host, window.start(), add);
}

caf::expected<std::vector<sealed_group>>
load_groups(const lmdb::transaction& txn, host_number host, tick start) {
  std::vector<sealed_group> result;
  auto error = for_each_group(
      txn, host, start, [&](std::string_view sealed) -> caf::error {
        auto header = open_block_header(sealed);
        if (!header)
          return std::move(header.error());
        auto hash = header->layout_hash;
        auto columns_of
            = txn.get(tables::layouts, tables::layout_key(host, hash));
        if (!columns_of)
          return make_error(ec::unknown_layout,
                            "a block's layout is not stored");
        result.push_back({hash, std::string{*columns_of}, std::string{sealed}});
        return {};
      });
  if (error)
    return error;
  return result;
}

caf::expected<std::vector<std::pair<journal_position, journal_item>>>
load_journal(const lmdb::transaction& txn, journal_position first,
             size_t bytes_max) {
  std::vector<std::pair<journal_position, journal_item>> result;
  lmdb::cursor at{txn, tables::journal};
  // The entry that holds `first` begins at or before it.
  auto more = at.seek(tables::journal_key(first));
  if (!more)
    more = at.last();
  else if (at.current_key().word(0) > first)
    more = at.previous() || at.first();
  size_t bytes = 0;
  for (; more && bytes < bytes_max; more = at.next()) {
    auto entry = open_journal_entry(at.current_value());
    if (!entry)
      return std::move(entry.error());
    auto position = entry->first;
    for (auto& item : entry->items) {
      if (position >= first) {
        bytes += item.frame->sealed().size();
        result.emplace_back(position, std::move(item));
      }
      ++position;
    }
  }
  if (auto fault = at.fault())
    return fault;
  return result;
}

caf::expected<received_window> check_window(const host_definition& host,
                                            std::vector<sealed_group> groups) {
  received_window result;
  for (auto& group : groups) {
    auto header = open_block_header(group.block);
    if (!header)
      return std::move(header.error());
    if (result.slots == 0) {
      result.start = header->start;
      result.slots = header->slots;
      result.runs = header->runs;
    }
    if (header->start != result.start || header->slots != host.window_seconds
        || host.window_start(header->start) != header->start
        || header->runs != result.runs || header->slots != result.slots)
      return make_error(ec::corrupt, "block: not of one window of its host");
    auto columns_of = open_layout(group.layout);
    if (!columns_of)
      return std::move(columns_of.error());
    if (hash_of(group.layout.data(), group.layout.size())
        != header->layout_hash)
      return make_error(ec::unknown_layout, "block: another layout");
    window_table decoded{header->start, header->slots};
    if (auto error = open_block(group.block, *columns_of, decoded))
      return error;
  }
  if (groups.empty())
    return make_error(ec::corrupt, "block: a window without groups");
  result.groups = std::move(groups);
  return result;
}

} // namespace tributary
