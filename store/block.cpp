#include "store/block.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include <capnp/serialize.h>
#include <xxhash.h>
#include <zstd.h>

#include "schema/store.capnp.h"
#include "store/column.hpp"
#include "store/column_v1.hpp"

namespace tributary {

namespace {

/// Columns as version 1 had them are still read; what is sealed has the later
/// numbers, which an older program refuses.
enum codec : uint8_t {
  codec_stored_v1 = 0,
  codec_zstd_v1 = 1,
  codec_stored = 2,
  codec_zstd = 3,
};

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

std::string pack_columns(const chart_group& from, const window_table& window) {
  std::string sizes(from.columns * 2, '\0');
  std::string bodies;
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
    }
  sets.put(sizes, window.slots());
  return sizes += bodies;
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

std::string seal_block(const window_table& window, const chart_group& from,
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
  if (raw_bytes > block_raw_bytes_max)
    return corrupt("unpacked size out of bounds");
  if (from.getCodec() == codec_stored || from.getCodec() == codec_stored_v1) {
    if (payload.size() != raw_bytes)
      return corrupt("stored size differs");
    return std::string{payload};
  }
  if (from.getCodec() != codec_zstd && from.getCodec() != codec_zstd_v1)
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
    if (known->size() == from.getRawBytes())
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

/// What stands before the columns of a payload.
struct payload_head {
  bool is_v1 = false;
  /// Where each column begins, and where the last ends.
  std::vector<uint32_t> begins;
  slot_sets sets;

  /// False when the columns do not fit into the payload.
  bool read(std::string_view raw, size_t columns, uint16_t slots) {
    auto bytes = reinterpret_cast<const uint8_t*>(raw.data());
    auto at = bytes + columns * (is_v1 ? 4 : 2);
    auto end = bytes + raw.size();
    if (raw.size() < columns * (is_v1 ? 4 : 2))
      return false;
    begins.resize(columns + 1);
    begins[columns] = static_cast<uint32_t>(raw.size());
    if (is_v1) {
      memcpy(begins.data(), bytes, columns * 4);
      return std::all_of(begins.begin(), begins.end(),
                         [&](auto x) { return x <= raw.size(); });
    }
    if (!sets.get(at, end, slots, columns * 2))
      return false;
    auto begin = static_cast<uint32_t>(at - bytes);
    for (size_t i = 0; i < columns; ++i) {
      begins[i] = begin;
      begin += bytes[i] + (uint32_t{bytes[columns + i]} << 8);
    }
    return begin == raw.size();
  }
};

caf::error read_columns(std::string_view raw, const payload_head& head,
                        const block_header& header, const layout& columns_of,
                        std::string_view only_chart, window_table& to) {
  std::vector<uint64_t> covered(bitmap_words(header.slots), 0);
  for (auto& run : header.runs)
    for (auto t = run.from; t <= run.to; ++t) {
      set_bit(covered, static_cast<size_t>(t - header.start));
      to.claim(static_cast<size_t>(t - header.start), run.epoch);
    }
  auto epoch = header.runs.empty() ? 1 : header.runs.back().epoch;
  auto bytes = reinterpret_cast<const uint8_t*>(raw.data());
  column_buffers buffers;
  auto read = [&](size_t index, window_column& column) {
    auto at = bytes + head.begins[index];
    if (head.is_v1) // whose columns end where they end
      return get_column_v1(at, bytes + raw.size(), covered, header.slots,
                           column);
    return get_column(at, bytes + head.begins[index + 1], covered, header.slots,
                      head.sets, column, buffers);
  };
  size_t index = 0;
  for (auto& chart : columns_of.charts) {
    if (!only_chart.empty() && chart->id != only_chart) {
      index += chart->dimensions.size();
      continue;
    }
    for (auto& column : to.chart_for(chart, epoch).columns)
      if (!read(index++, column))
        return corrupt("column");
  }
  return {};
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
    payload_head head;
    head.is_v1 = from.getCodec() == codec_stored_v1
                 || from.getCodec() == codec_zstd_v1;
    if (!head.read(**raw, header->columns, header->slots))
      return corrupt("places of columns");
    window_table decoded{header->start, header->slots};
    if (auto error
        = read_columns(**raw, head, *header, columns_of, only_chart, decoded))
      return error;
    if (window.empty() && window.charts().empty())
      window = std::move(decoded);
    else
      window.merge(std::move(decoded));
    return {};
  });
}

} // namespace tributary
