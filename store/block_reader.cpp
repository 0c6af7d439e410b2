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

caf::error block_reader::open(std::string_view sealed, payload_cache* cache,
                              column_range wanted) {
  header_ = {};
  parts_.clear();
  return with_block(
      sealed, corrupt_block, [&](wire::Block::Reader from) -> caf::error {
        auto header = read_header(from);
        if (!header)
          return std::move(header.error());
        auto payload = payload_in(from);
        is_v1_ = payload.codec == codec_stored_v1
                 || payload.codec == codec_zstd_v1;
        header_ = std::move(*header);
        auto error = unpack(payload, cache, wanted);
        if (error) {
          header_ = {};
          parts_.clear();
          return error;
        }
        covered_.assign(bitmap_words(header_.slots), 0);
        for (auto& run : header_.runs)
          set_bits(covered_, static_cast<size_t>(run.from - header_.start),
                   static_cast<size_t>(run.to + 1 - header_.start));
        return {};
      });
}

caf::error block_reader::unpack(const packed_payload& payload,
                                payload_cache* cache, column_range wanted) {
  auto parts = parts_of(payload, header_.start);
  if (!parts)
    return std::move(parts.error());
  if (own_.size() < payload.raw_bytes && cache == nullptr)
    own_.resize(payload.raw_bytes);
  // The first one says where the columns are.
  if (auto error = unpack_part_of(parts->front(), cache))
    return error;
  if (!find_columns(payload.raw_bytes))
    return corrupt_block("places of columns");
  size_t columns = header_.columns;
  auto begin = begins_[std::min(wanted.begin, columns)];
  auto end = begins_[std::min(wanted.end, columns)];
  for (size_t i = 1; i < parts->size(); ++i) {
    auto& x = (*parts)[i];
    if (x.raw_begin < end && x.raw_begin + x.raw_bytes > begin)
      if (auto error = unpack_part_of(x, cache))
        return error;
  }
  return {};
}

caf::error block_reader::unpack_part_of(const payload_part& from,
                                        payload_cache* cache) {
  if (cache == nullptr) {
    parts_.push_back({from.raw_begin,
                      {own_.data() + from.raw_begin, from.raw_bytes},
                      nullptr});
    return unpack_part(from, own_.data() + from.raw_begin);
  }
  auto shared = cached_part(from, *cache);
  if (!shared)
    return std::move(shared.error());
  std::string_view bytes = **shared;
  parts_.push_back({from.raw_begin, bytes, std::move(*shared)});
  return {};
}

bool block_reader::find_columns(size_t raw_bytes) {
  auto head = parts_.front().bytes;
  auto bytes = reinterpret_cast<const uint8_t*>(head.data());
  size_t columns = header_.columns;
  begins_.resize(columns + 1);
  begins_[columns] = static_cast<uint32_t>(raw_bytes);
  if (head.size() < columns * (is_v1_ ? 4 : 2))
    return false;
  if (is_v1_) {
    memcpy(begins_.data(), bytes, columns * 4);
    return std::all_of(begins_.begin(), begins_.end(),
                       [&](auto x) { return x <= raw_bytes; });
  }
  auto at = bytes + columns * 2;
  if (!sets_.get(at, bytes + head.size(), header_.slots, columns * 2))
    return false;
  auto begin = static_cast<uint32_t>(at - bytes);
  for (size_t i = 0; i < columns; ++i) {
    begins_[i] = begin;
    begin += bytes[i] + (uint32_t{bytes[columns + i]} << 8);
  }
  return begin == raw_bytes;
}

std::string_view block_reader::bytes_of(size_t index) const {
  auto begin = begins_[index];
  auto behind = std::upper_bound(
      parts_.begin(), parts_.end(), begin,
      [](size_t x, const unpacked_part& part) { return x < part.begin; });
  if (behind == parts_.begin())
    return {};
  auto& part = *std::prev(behind);
  auto end = part.begin + part.bytes.size();
  if (!is_v1_ && begins_[index + 1] > end)
    return {};
  auto bytes = (is_v1_ ? end : begins_[index + 1]) - begin;
  return part.bytes.substr(begin - part.begin, bytes);
}

bool block_reader::read(size_t index, window_column& to) {
  if (index >= header_.columns)
    return false;
  auto bytes = bytes_of(index);
  if (bytes.empty())
    return false;
  auto at = reinterpret_cast<const uint8_t*>(bytes.data());
  auto end = at + bytes.size();
  // Columns of version 1 end where they end.
  return is_v1_ ? get_column_v1(at, end, covered_, header_.slots, to)
                : get_column(at, end, covered_, header_.slots, sets_, to,
                             buffers_);
}

} // namespace tributary
