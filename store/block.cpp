#include "store/block.hpp"

#include <algorithm>

#include <capnp/serialize.h>

#include "schema/store.capnp.h"
#include "store/block_payload.hpp"
#include "store/block_wire.hpp"
#include "store/column.hpp"

namespace tributary {

namespace {

/// Columns whose bytes fit into a block, whatever their values. The ten bytes a
/// slot are of version 1; windows are still cut as they were then, since a
/// block of either must be able to replace the other.
constexpr size_t columns_that_fit(size_t slots) {
  return block_raw_bytes_max
         / (4 + 1 + 10 + 3 * ((slots + 7) / 8) + 10 * slots);
}

static_assert(column_bytes_max(window_seconds_max) <= UINT16_MAX);

static_assert(columns_that_fit(window_seconds_max) >= chart_dimensions_max);

bool has_values(const window_chart& x) {
  return std::any_of(x.columns.begin(), x.columns.end(), [](auto& column) {
    return std::any_of(column.present.begin(), column.present.end(),
                       [](auto word) { return word != 0; });
  });
}

std::vector<chart_group> groups_of(const window_table& window,
                                   uint16_t group_columns) {
  auto& charts = window.charts();
  auto bound
      = std::min<size_t>(group_columns, columns_that_fit(window.slots()));
  auto some = std::any_of(charts.begin(), charts.end(),
                          [](auto& kvp) { return has_values(kvp.second); });
  std::vector<chart_group> result;
  for (auto& kvp : charts) {
    if (some && !has_values(kvp.second))
      continue;
    auto count = kvp.second.columns.size();
    if (result.empty() || result.back().columns + count > bound)
      result.emplace_back();
    result.back().charts.push_back(&kvp.second);
    result.back().columns += count;
  }
  return result;
}

/// What is packed of a group, and where each of its columns ends in it.
struct packed_columns {
  std::string bytes;
  std::vector<uint32_t> ends;
};

packed_columns pack_columns(const chart_group& from,
                            const window_table& window) {
  std::string sizes(from.columns * 2, '\0');
  std::string bodies;
  std::vector<uint32_t> ends;
  auto covered = covered_slots(window);
  slot_sets sets;
  column_buffers buffers;
  size_t index = 0;
  for (auto chart : from.charts)
    for (auto& column : chart->columns) {
      auto begin = bodies.size();
      put_column(bodies, column, covered, sets, buffers);
      auto bytes = bodies.size() - begin;
      sizes[index] = static_cast<char>(bytes);
      sizes[from.columns + index++] = static_cast<char>(bytes >> 8);
      ends.push_back(static_cast<uint32_t>(bodies.size()));
    }
  sets.put(sizes, window.slots());
  packed_columns result{std::move(sizes), std::move(ends)};
  for (auto& end : result.ends)
    end += static_cast<uint32_t>(result.bytes.size());
  result.bytes += bodies;
  return result;
}

std::string seal_block(const window_table& window, const chart_group& from,
                       const content_hash& layout_hash) {
  auto raw = pack_columns(from, window);
  std::string buffer;
  auto payload = pack_parts(raw.bytes, raw.ends, window.start(), buffer);
  auto runs = window.coverage_runs();
  capnp::MallocMessageBuilder message{
      static_cast<kj::uint>(payload.bytes.size() / 8 + runs.size() + 32)};
  auto root = message.initRoot<wire::Block>();
  root.setStart(window.start());
  root.setSlots(window.slots());
  root.setColumns(static_cast<uint16_t>(from.columns));
  root.setLayoutHigh(layout_hash.high);
  root.setLayoutLow(layout_hash.low);
  auto list = root.initRuns(static_cast<unsigned>(runs.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    list[i].setFrom(static_cast<uint16_t>(runs[i].from - window.start()));
    list[i].setTo(static_cast<uint16_t>(runs[i].to - window.start()));
    list[i].setEpoch(runs[i].epoch);
  }
  put_payload(root, payload);
  auto flat = capnp::messageToFlatArray(message);
  return {reinterpret_cast<const char*>(flat.begin()), flat.size() * 8};
}

caf::error read_columns(block_reader& from, const layout& columns_of,
                        std::string_view only_chart, window_table& to) {
  auto& header = from.header();
  for (auto& run : header.runs)
    for (auto t = run.from; t <= run.to; ++t)
      to.claim(static_cast<size_t>(t - header.start), run.epoch);
  auto epoch = header.runs.empty() ? 1 : header.runs.back().epoch;
  size_t index = 0;
  for (auto& chart : columns_of.charts) {
    if (!only_chart.empty() && chart->id != only_chart) {
      index += chart->dimensions.size();
      continue;
    }
    for (auto& column : to.chart_for(chart, epoch).columns)
      if (!from.read(index++, column))
        return corrupt_block("column");
  }
  return {};
}

/// All where `chart` is empty, none where it is not there.
column_range columns_of_chart(const layout& from, std::string_view chart) {
  if (chart.empty())
    return {};
  size_t begin = 0;
  for (auto& x : from.charts) {
    auto end = begin + x->dimensions.size();
    if (x->id == chart)
      return {begin, end};
    begin = end;
  }
  return {0, 0};
}

} // namespace

window_sealer::window_sealer(const window_table& window, uint16_t group_columns)
    : window_(window), groups_(groups_of(window, group_columns)) {
  // nop
}

sealed_group window_sealer::next() {
  auto& from = groups_[next_++];
  layout columns;
  for (auto chart : from.charts)
    columns.charts.push_back(chart->chart);
  sealed_group result;
  result.layout = seal_layout(columns);
  result.layout_hash = hash_of(result.layout.data(), result.layout.size());
  result.block = seal_block(window_, from, result.layout_hash);
  return result;
}

std::vector<sealed_group> seal_window(const window_table& window,
                                      uint16_t group_columns) {
  std::vector<sealed_group> result;
  window_sealer sealer{window, group_columns};
  while (!sealer.is_done())
    result.push_back(sealer.next());
  return result;
}

caf::error open_block(std::string_view sealed, const layout& columns_of,
                      window_table& window, std::string_view only_chart,
                      payload_cache* cache) {
  static thread_local block_reader reader;
  auto wanted = columns_of_chart(columns_of, only_chart);
  if (auto error = reader.open(sealed, cache, wanted))
    return error;
  auto& header = reader.header();
  if (header.start != window.start() || header.slots != window.slots())
    return corrupt_block("another window");
  if (header.columns != columns_of.columns())
    return corrupt_block("columns differ from the layout");
  window_table decoded{header.start, header.slots};
  if (auto error = read_columns(reader, columns_of, only_chart, decoded))
    return error;
  if (window.empty() && window.charts().empty())
    window = std::move(decoded);
  else
    window.merge(std::move(decoded));
  return {};
}

} // namespace tributary
