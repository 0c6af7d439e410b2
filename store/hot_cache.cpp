#include "store/hot_cache.hpp"

#include <algorithm>

namespace tributary {

namespace {

/// Columns of a window's widest frames; the table has no more of one life.
size_t columns_of(const hot_window& x) {
  size_t result = 0;
  for (auto& pack : x.packs())
    result = std::max<size_t>(result, pack->columns());
  return result;
}

/// About what a table of all charts takes: values, presence, and the headers of
/// the vectors.
size_t table_bytes(const hot_window& x) {
  return columns_of(x)
         * (x.slots() * 8u + bitmap_words(x.slots()) * 8u
            + sizeof(window_column));
}

window_table chart_of(const window_table& from, std::string_view chart) {
  window_table result{from.start(), from.slots()};
  for (size_t slot = 0; slot < from.slots(); ++slot)
    if (from.epochs()[slot] != 0)
      result.claim(slot, from.epochs()[slot]);
  auto found = from.charts().find(chart);
  if (found != from.charts().end())
    result.chart_for(found->second.chart, found->second.epoch).columns
        = found->second.columns;
  return result;
}

} // namespace

struct hot_cache::entry {
  /// Null until the second question.
  std::unique_ptr<window_table> table;
  window_decoder decoder;
  size_t bytes = 0;
  int64_t used_at = 0;
  uint64_t use = 0;
};

hot_cache::hot_cache(hot_cache_limits limits) : limits_(limits) {
  // nop
}

hot_cache::~hot_cache() = default;

window_table hot_cache::table(const hot_window& of, std::string_view chart,
                              int64_t now) {
  auto& held = entries_[of.number()];
  auto is_first = held == nullptr;
  if (is_first)
    held = std::make_unique<entry>();
  held->used_at = now;
  held->use = ++uses_;
  auto bytes = table_bytes(of);
  if (is_first || bytes > limits_.bytes) {
    bytes_ -= held->bytes;
    held->bytes = 0;
    held->table.reset();
    held->decoder = window_decoder{};
    return of.table(chart);
  }
  if (!held->table)
    held->table = std::make_unique<window_table>(of.start(), of.slots());
  held->decoder.add(of, *held->table);
  bytes_ += bytes - held->bytes;
  held->bytes = bytes;
  make_room(of.number());
  return chart_of(*held->table, chart);
}

void hot_cache::expire(int64_t now) {
  for (auto i = entries_.begin(); i != entries_.end();) {
    auto number = i->first;
    auto is_idle = now - i->second->used_at >= limits_.idle_seconds;
    ++i;
    if (is_idle)
      drop(number);
  }
}

void hot_cache::make_room(uint64_t kept) {
  while (bytes_ > limits_.bytes) {
    auto oldest = entries_.end();
    for (auto i = entries_.begin(); i != entries_.end(); ++i)
      if (i->first != kept && i->second->bytes > 0
          && (oldest == entries_.end() || i->second->use < oldest->second->use))
        oldest = i;
    if (oldest == entries_.end())
      return;
    drop(oldest->first);
  }
}

void hot_cache::drop(uint64_t number) {
  auto i = entries_.find(number);
  bytes_ -= i->second->bytes;
  entries_.erase(i);
}

} // namespace tributary
