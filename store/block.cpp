#include "store/block.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <capnp/serialize.h>
#include <xxhash.h>
#include <zstd.h>

#include "schema/store.capnp.h"
#include "store/column.hpp"

namespace tributary {

namespace {

enum codec : uint8_t { codec_stored = 0, codec_zstd = 1 };

struct group {
  std::vector<const window_chart*> charts;
  size_t columns = 0;
};

/// Columns whose bytes fit into a block, whatever their values: offset, flags,
/// base, three bitmaps and a varint a slot.
constexpr size_t columns_that_fit(size_t slots) {
  return block_raw_bytes_max
         / (4 + 1 + 10 + 3 * ((slots + 7) / 8) + 10 * slots);
}

static_assert(columns_that_fit(window_seconds_max) >= chart_dimensions_max);

bool has_values(const window_chart& x) {
  return std::any_of(x.columns.begin(), x.columns.end(), [](auto& column) {
    return std::any_of(column.present.begin(), column.present.end(),
                       [](auto word) { return word != 0; });
  });
}

std::vector<group> groups_of(const window_table& window,
                             uint16_t group_columns) {
  auto& charts = window.charts();
  auto bound
      = std::min<size_t>(group_columns, columns_that_fit(window.slots()));
  auto some = std::any_of(charts.begin(), charts.end(),
                          [](auto& kvp) { return has_values(kvp.second); });
  std::vector<group> result;
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

std::string pack_columns(const group& from, const window_table& window) {
  std::string result(from.columns * 4, '\0');
  auto covered = covered_slots(window);
  size_t index = 0;
  for (auto chart : from.charts)
    for (auto& column : chart->columns) {
      auto offset = static_cast<uint32_t>(result.size());
      memcpy(&result[4 * index++], &offset, 4);
      put_column(result, column, covered, window.slots());
    }
  return result;
}

/// A context a thread: making one costs more than packing a block.
struct zstd_contexts {
  ZSTD_CCtx* pack = ZSTD_createCCtx();
  ZSTD_DCtx* unpack = ZSTD_createDCtx();

  ~zstd_contexts() {
    ZSTD_freeCCtx(pack);
    ZSTD_freeDCtx(unpack);
  }
};

zstd_contexts& contexts() {
  static thread_local zstd_contexts result;
  return result;
}

uint32_t checksum_of(std::string_view payload, tick start) {
  return static_cast<uint32_t>(XXH3_64bits_withSeed(
      payload.data(), payload.size(), static_cast<uint64_t>(start)));
}

std::string seal_block(const window_table& window, const group& from,
                       const content_hash& layout_hash) {
  auto raw = pack_columns(from, window);
  std::string packed(ZSTD_compressBound(raw.size()), '\0');
  auto packed_bytes = ZSTD_compressCCtx(
      contexts().pack, packed.data(), packed.size(), raw.data(), raw.size(), 1);
  auto use_zstd = !ZSTD_isError(packed_bytes) && packed_bytes < raw.size();
  packed.resize(use_zstd ? packed_bytes : 0);
  auto& payload = use_zstd ? packed : raw;
  auto runs = window.coverage_runs();
  capnp::MallocMessageBuilder message{
      static_cast<kj::uint>(payload.size() / 8 + runs.size() + 32)};
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
  root.setCodec(use_zstd ? codec_zstd : codec_stored);
  root.setRawBytes(static_cast<uint32_t>(raw.size()));
  root.setChecksum(checksum_of(payload, window.start()));
  root.setPayload(kj::arrayPtr(
      reinterpret_cast<const kj::byte*>(payload.data()), payload.size()));
  auto flat = capnp::messageToFlatArray(message);
  return {reinterpret_cast<const char*>(flat.begin()), flat.size() * 8};
}

caf::error corrupt(const char* what) {
  return make_error(ec::corrupt, std::string{"block: "} + what);
}

caf::expected<block_header> read_header(wire::Block::Reader from) {
  block_header result;
  result.start = from.getStart();
  result.slots = from.getSlots();
  result.columns = from.getColumns();
  result.layout_hash = {from.getLayoutHigh(), from.getLayoutLow()};
  if (result.start <= 0 || result.start > tick_max
      || result.slots < window_seconds_min || result.slots > window_seconds_max
      || result.columns == 0 || result.columns > group_columns_max)
    return corrupt("a bound is broken");
  int next = 0;
  for (auto run : from.getRuns()) {
    if (run.getFrom() < next || run.getTo() < run.getFrom()
        || run.getTo() >= result.slots || run.getEpoch() == 0)
      return corrupt("runs are not ascending");
    next = run.getTo() + 1;
    result.runs.push_back({result.start + run.getFrom(),
                           result.start + run.getTo(), run.getEpoch()});
  }
  return result;
}

caf::expected<std::string> unpack(wire::Block::Reader from) {
  auto data = from.getPayload();
  std::string_view payload{reinterpret_cast<const char*>(data.begin()),
                           data.size()};
  if (checksum_of(payload, from.getStart()) != from.getChecksum())
    return corrupt("checksum differs");
  auto raw_bytes = from.getRawBytes();
  if (raw_bytes > block_raw_bytes_max
      || raw_bytes < from.getColumns() * size_t{4})
    return corrupt("unpacked size out of bounds");
  if (from.getCodec() == codec_stored) {
    if (payload.size() != raw_bytes)
      return corrupt("stored size differs");
    return std::string{payload};
  }
  if (from.getCodec() != codec_zstd)
    return corrupt("unknown codec");
  std::string result(raw_bytes, '\0');
  auto rc = ZSTD_decompressDCtx(contexts().unpack, result.data(), result.size(),
                                payload.data(), payload.size());
  if (ZSTD_isError(rc) || rc != raw_bytes)
    return corrupt("zstd payload");
  return result;
}

/// The payload of a block: from the cache, where it was once checked and
/// unpacked, or unpacked now.
caf::expected<std::shared_ptr<const std::string>>
payload_of(wire::Block::Reader from, payload_cache* cache) {
  auto data = from.getPayload();
  auto name
      = cache != nullptr ? hash_of(data.begin(), data.size()) : content_hash{};
  if (auto known = cache != nullptr ? cache->find(name) : nullptr)
    if (known->size() == from.getRawBytes()
        && known->size() >= from.getColumns() * size_t{4})
      return known;
  auto raw = unpack(from);
  if (!raw)
    return std::move(raw.error());
  auto result = std::make_shared<const std::string>(std::move(*raw));
  if (cache != nullptr)
    cache->keep(name, result);
  return result;
}

/// Calls `f` with the root of a block in `sealed`, of any alignment.
template <class F>
auto with_block(std::string_view sealed, F f)
    -> decltype(f(std::declval<wire::Block::Reader>())) {
  if (sealed.empty() || sealed.size() % 8 != 0)
    return corrupt("size is not whole words");
  std::vector<uint64_t> copy;
  auto begin = reinterpret_cast<const capnp::word*>(sealed.data());
  if (reinterpret_cast<uintptr_t>(sealed.data()) % 8 != 0) {
    copy.resize(sealed.size() / 8);
    memcpy(copy.data(), sealed.data(), copy.size() * 8);
    begin = reinterpret_cast<const capnp::word*>(copy.data());
  }
  try {
    capnp::ReaderOptions options;
    options.traversalLimitInWords = sealed.size() / 8 * 2 + 64;
    options.nestingLimit = 4;
    capnp::FlatArrayMessageReader message{
        kj::arrayPtr(begin, sealed.size() / 8), options};
    if (message.getEnd() != begin + sealed.size() / 8)
      return corrupt("bytes behind the end");
    return f(message.getRoot<wire::Block>());
  } catch (const kj::Exception& e) {
    return corrupt(e.getDescription().cStr());
  }
}

caf::error read_columns(const std::string& raw, const block_header& header,
                        const layout& columns_of, std::string_view only_chart,
                        window_table& to) {
  std::vector<uint64_t> covered(bitmap_words(header.slots), 0);
  for (auto& run : header.runs)
    for (auto t = run.from; t <= run.to; ++t) {
      set_bit(covered, static_cast<size_t>(t - header.start));
      to.claim(static_cast<size_t>(t - header.start), run.epoch);
    }
  auto epoch = header.runs.empty() ? 1 : header.runs.back().epoch;
  auto bytes = reinterpret_cast<const uint8_t*>(raw.data());
  size_t index = 0;
  for (auto& chart : columns_of.charts) {
    if (!only_chart.empty() && chart->id != only_chart) {
      index += chart->dimensions.size();
      continue;
    }
    auto& target = to.chart_for(chart, epoch);
    for (auto& column : target.columns) {
      uint32_t offset;
      memcpy(&offset, bytes + 4 * index++, 4);
      if (offset > raw.size()
          || !get_column(bytes + offset, bytes + raw.size(), covered,
                         header.slots, column))
        return corrupt("column");
    }
  }
  return {};
}

} // namespace

std::vector<sealed_group> seal_window(const window_table& window,
                                      uint16_t group_columns) {
  std::vector<sealed_group> result;
  for (auto& x : groups_of(window, group_columns)) {
    layout columns;
    for (auto chart : x.charts)
      columns.charts.push_back(chart->chart);
    sealed_group sealed;
    sealed.layout = seal_layout(columns);
    sealed.layout_hash = hash_of(sealed.layout.data(), sealed.layout.size());
    sealed.block = seal_block(window, x, sealed.layout_hash);
    result.push_back(std::move(sealed));
  }
  return result;
}

caf::expected<block_header> open_block_header(std::string_view sealed) {
  return with_block(sealed, read_header);
}

caf::error open_block(std::string_view sealed, const layout& columns_of,
                      window_table& window, std::string_view only_chart,
                      payload_cache* cache) {
  return with_block(sealed, [&](wire::Block::Reader from) -> caf::error {
    auto header = read_header(from);
    if (!header)
      return header.error();
    if (header->start != window.start() || header->slots != window.slots())
      return corrupt("another window");
    if (header->columns != columns_of.columns())
      return corrupt("columns differ from the layout");
    auto raw = payload_of(from, cache);
    if (!raw)
      return raw.error();
    window_table decoded{header->start, header->slots};
    if (auto error
        = read_columns(**raw, *header, columns_of, only_chart, decoded))
      return error;
    if (window.empty() && window.charts().empty())
      window = std::move(decoded);
    else
      window.merge(decoded);
    return {};
  });
}

} // namespace tributary
