#include "store/late_row.hpp"

#include <limits>
#include <map>

namespace tributary {

namespace {

/// Rows that are turned into columns at once.
constexpr size_t tile_rows_max = 64;

void expand(const late_row& from, frame_row& to) {
  to.reset(from.columns);
  to.present = from.present;
  to.estimated = from.estimated;
  size_t next = 0;
  for (size_t w = 0; w < from.present.size(); ++w)
    for (auto bits = from.present[w]; bits != 0; bits &= bits - 1) {
      auto bit = static_cast<size_t>(__builtin_ctzll(bits));
      to.values[w * 64 + bit] = from.values[next++];
    }
}

bool is_like(const late_row& x, const late_row& y) {
  return x.columns_of == y.columns_of && x.columns == y.columns;
}

} // namespace

size_t late_row::memory_bytes() const noexcept {
  return sizeof(late_row)
         + (present.capacity() + estimated.capacity() + values.capacity()) * 8;
}

late_row make_late_row(const frame_header& header, roster_ptr columns_of,
                       const frame_row& row) {
  late_row result;
  result.tick = header.tick;
  result.columns_of = std::move(columns_of);
  result.columns = static_cast<uint32_t>(row.values.size());
  result.present = row.present;
  result.estimated = row.estimated;
  result.is_base = header.part == 0;
  size_t count = 0;
  for (auto word : row.present)
    count += static_cast<size_t>(__builtin_popcountll(word));
  result.values.reserve(count);
  for (size_t i = 0; i < row.values.size(); ++i)
    if (bit_at(row.present, i))
      result.values.push_back(row.values[i]);
  return result;
}

size_t add_late_rows(const std::vector<late_row_ptr>& rows, size_t begin,
                     size_t values_max, std::string_view only_chart,
                     window_table& to) {
  frame_row row;
  hot_segment tile;
  auto at = begin;
  for (size_t values = 0; at < rows.size() && values < values_max;) {
    auto& first = *rows[at];
    tile.clear();
    tile.columns_of = first.columns_of;
    tile.columns = first.columns;
    for (; at < rows.size() && is_like(*rows[at], first)
           && tile.ticks.size() < tile_rows_max && values < values_max;
         ++at) {
      expand(*rows[at], row);
      tile.add(rows[at]->tick, row);
      values += first.columns;
    }
    tile.add_to(to, only_chart);
  }
  return at;
}

std::vector<window_table> late_tables(const host_definition& host,
                                      const std::vector<late_row_ptr>& rows,
                                      std::string_view only_chart) {
  std::map<tick, std::vector<late_row_ptr>> by_window;
  for (auto& x : rows)
    by_window[host.window_start(x->tick)].push_back(x);
  std::vector<window_table> result;
  for (auto& [start, of_window] : by_window) {
    result.emplace_back(start, static_cast<uint16_t>(host.window_seconds));
    add_late_rows(of_window, 0, std::numeric_limits<size_t>::max(), only_chart,
                  result.back());
  }
  return result;
}

} // namespace tributary
