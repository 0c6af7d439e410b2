/// Single records of store.hpp's tables: whether each reads and fits its key.

#include <cstring>

#include "store/block.hpp"
#include "store/checked_record.hpp"
#include "store/packed_blocks.hpp"
#include "store/records.hpp"
#include "store/tier_block.hpp"
#include "store/verify.hpp"

namespace tributary {

namespace {

caf::error misplaced(const char* what) {
  return make_error(ec::corrupt, std::string{what} + " under another's key");
}

bool is_table(const std::string& name, tables::table which) {
  return name == tables::names[which];
}

caf::error check_framing(std::string_view value) {
  auto message = checked_message(value, "record");
  return message ? caf::error{} : message.error();
}

caf::error check_block(const lmdb::key& key, std::string_view value) {
  for (auto sealed : unpack_blocks(value)) {
    auto header = open_block_header(sealed);
    if (!header)
      return header.error();
    if (static_cast<uint64_t>(header->start) != key.word(0))
      return misplaced("a block");
  }
  return value.empty() ? make_error(ec::corrupt, "no block") : caf::error{};
}

caf::error check_tier_header(const lmdb::key& key, std::string_view value) {
  auto header = open_tier_header(value);
  if (!header)
    return header.error();
  return static_cast<uint64_t>(header->start) == key.word(0)
             ? caf::error{}
             : misplaced("points");
}

caf::error check_definition(const std::string& table, const lmdb::key& key,
                            std::string_view value) {
  if (is_table(table, tables::hosts)) {
    auto host = open_host(value);
    if (!host)
      return host.error();
    return tables::host_key(host->definition.id).bytes() == key.bytes()
               ? caf::error{}
               : misplaced("a host");
  }
  if (is_table(table, tables::rosters)) {
    auto run = open_roster(value);
    if (!run)
      return run.error();
    return run->epoch == key.word(1) ? caf::error{} : misplaced("a roster");
  }
  auto opened = open_layout(value);
  if (!opened)
    return opened.error();
  return hash_of(value.data(), value.size())
                 == content_hash{key.word(1), key.word(2)}
             ? caf::error{}
             : misplaced("a layout");
}

caf::error check_owed(const lmdb::key& key, std::string_view value) {
  auto last = static_cast<tick>(open_word(value));
  auto first = static_cast<tick>(key.word(3));
  auto fits
      = value.size() == 8 && first > 0 && first <= last && last <= tick_max;
  return fits ? caf::error{}
              : make_error(ec::corrupt, "owed: is no range of ticks");
}

/// Bytes of a table's keys; 0: any.
size_t key_bytes_of(const std::string& table) {
  static constexpr size_t bytes[]
      = {8, 16, 16, 24, 8, 16, 16, 32, 16, 16, 16, 16};
  for (size_t i = 0; i < std::size(bytes); ++i)
    if (table == tables::names[i])
      return bytes[i];
  return 0;
}

} // namespace

bool is_table_of_points(const std::string& table) {
  return is_table(table, tables::tier1) || is_table(table, tables::tier2)
         || is_table(table, tables::tier1_pieces)
         || is_table(table, tables::tier2_pieces);
}

caf::error check_record(const std::string& table, const lmdb::key& key,
                        std::string_view value) {
  auto key_bytes = key_bytes_of(table);
  if (key_bytes != 0 && key.bytes().size() != key_bytes)
    return make_error(ec::corrupt, "has a key of "
                                       + std::to_string(key.bytes().size())
                                       + " bytes");
  if (is_table(table, tables::owed))
    return check_owed(key, value);
  if (is_table(table, tables::tier0))
    return check_block(key, value);
  if (auto error = check_framing(value))
    return error;
  if (is_table(table, tables::meta))
    return open_meta(value) ? caf::error{} : open_meta(value).error();
  if (is_table(table, tables::hosts) || is_table(table, tables::rosters)
      || is_table(table, tables::layouts))
    return check_definition(table, key, value);
  if (is_table_of_points(table))
    return check_tier_header(key, value);
  if (is_table(table, tables::cursors)) {
    auto position = open_cursor(value);
    return position ? caf::error{} : position.error();
  }
  if (is_table(table, tables::journal)) {
    auto entry = open_journal_entry(value);
    if (!entry)
      return entry.error();
    return entry->first == key.word(0) && !entry->items.empty()
               ? caf::error{}
               : misplaced("a journal entry");
  }
  return {};
}

std::string place_of(const std::string& table, const lmdb::key& key) {
  auto word = [&](size_t i) {
    return std::to_string(key.word(i));
  };
  auto guid_at = [&] {
    return to_string(guid::from_words(key.word(0), key.word(1)));
  };
  if (is_table(table, tables::tier0))
    return table + " window " + word(0) + " host "
           + std::to_string(key.word(1) >> 32) + " group "
           + std::to_string(key.word(1) & 0xffffffff);
  if (is_table_of_points(table))
    return table + " start " + word(0) + " host "
           + std::to_string(key.word(1) >> 32) + " group "
           + std::to_string(key.word(1) & 0xffffffff);
  if (is_table(table, tables::hosts) || is_table(table, tables::cursors))
    return table + " " + guid_at();
  if (is_table(table, tables::owed))
    return table + " " + guid_at() + " host " + word(2) + " from " + word(3);
  if (is_table(table, tables::rosters))
    return table + " host " + word(0) + " epoch " + word(1);
  if (is_table(table, tables::layouts)) {
    char hash[40];
    snprintf(hash, sizeof(hash), "%016llx%016llx",
             static_cast<unsigned long long>(key.word(1)),
             static_cast<unsigned long long>(key.word(2)));
    return table + " host " + word(0) + " " + hash;
  }
  if (is_table(table, tables::journal))
    return table + " position " + word(0);
  return table + " " + text_of_key(key);
}

} // namespace tributary
