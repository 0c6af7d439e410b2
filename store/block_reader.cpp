#include "store/block_reader.hpp"

#include <algorithm>
#include <cstring>

#include <capnp/serialize.h>

#include "schema/store.capnp.h"
#include "store/block_payload.hpp"
#include "store/block_wire.hpp"
#include "store/column_v1.hpp"

namespace tributary {

namespace {

caf::expected<block_header> read_header(wire::Block::Reader from) {
  block_header result;
  result.start = from.getStart();
  result.slots = from.getSlots();
  result.columns = from.getColumns();
  result.layout_hash = {from.getLayoutHigh(), from.getLayoutLow()};
  if (result.start <= 0 || result.start > tick_max
      || result.slots < window_seconds_min || result.slots > window_seconds_max
      || result.columns == 0 || result.columns > group_columns_max
      || from.getStep() != 0)
    return corrupt_block("a bound is broken");
  int next = 0;
  for (auto run : from.getRuns()) {
    if (run.getFrom() < next || run.getTo() < run.getFrom()
        || run.getTo() >= result.slots || run.getEpoch() == 0)
      return corrupt_block("runs are not ascending");
    next = run.getTo() + 1;
    result.runs.push_back({result.start + run.getFrom(),
                           result.start + run.getTo(), run.getEpoch()});
  }
  return result;
}

} // namespace

caf::expected<block_header> open_block_header(std::string_view sealed) {
  return with_block(sealed, corrupt_block, read_header);
}

caf::error block_reader::open(std::string_view sealed, payload_cache* cache) {
  header_ = {};
  return with_block(
      sealed, corrupt_block, [&](wire::Block::Reader from) -> caf::error {
        auto header = read_header(from);
        if (!header)
          return std::move(header.error());
        auto payload = payload_in(from);
        is_v1_ = payload.codec == codec_stored_v1
                 || payload.codec == codec_zstd_v1;
        if (cache == nullptr) {
          if (auto error = unpack_payload(payload, header->start, own_))
            return error;
          raw_ = own_;
        } else {
          auto shared = cached_payload(payload, header->start, *cache);
          if (!shared)
            return std::move(shared.error());
          shared_ = std::move(*shared);
          raw_ = *shared_;
        }
        header_ = std::move(*header);
        covered_.assign(bitmap_words(header_.slots), 0);
        for (auto& run : header_.runs)
          set_bits(covered_, static_cast<size_t>(run.from - header_.start),
                   static_cast<size_t>(run.to + 1 - header_.start));
        if (find_columns())
          return {};
        header_ = {};
        return corrupt_block("places of columns");
      });
}

bool block_reader::find_columns() {
  auto bytes = reinterpret_cast<const uint8_t*>(raw_.data());
  size_t columns = header_.columns;
  begins_.resize(columns + 1);
  begins_[columns] = static_cast<uint32_t>(raw_.size());
  if (raw_.size() < columns * (is_v1_ ? 4 : 2))
    return false;
  if (is_v1_) {
    memcpy(begins_.data(), bytes, columns * 4);
    return std::all_of(begins_.begin(), begins_.end(),
                       [&](auto x) { return x <= raw_.size(); });
  }
  auto at = bytes + columns * 2;
  if (!sets_.get(at, bytes + raw_.size(), header_.slots, columns * 2))
    return false;
  auto begin = static_cast<uint32_t>(at - bytes);
  for (size_t i = 0; i < columns; ++i) {
    begins_[i] = begin;
    begin += bytes[i] + (uint32_t{bytes[columns + i]} << 8);
  }
  return begin == raw_.size();
}

bool block_reader::read(size_t index, window_column& to) {
  if (index >= header_.columns)
    return false;
  auto bytes = reinterpret_cast<const uint8_t*>(raw_.data());
  auto at = bytes + begins_[index];
  if (is_v1_) // whose columns end where they end
    return get_column_v1(at, bytes + raw_.size(), covered_, header_.slots, to);
  return get_column(at, bytes + begins_[index + 1], covered_, header_.slots,
                    sets_, to, buffers_);
}

} // namespace tributary
