#include "schema/frame_codec.hpp"

#include <cassert>
#include <cstring>

#include "schema/frame_payload.hpp"
#include "schema/frame_words.hpp"

namespace tributary {

namespace {

void put_unsigned(std::string& out, uint64_t x) {
  char bytes[10];
  size_t n = 0;
  while (x >= 128) {
    bytes[n++] = static_cast<char>(x | 128);
    x >>= 7;
  }
  bytes[n++] = static_cast<char>(x);
  out.append(bytes, n);
}

bool get_unsigned(const uint8_t*& at, const uint8_t* end, uint64_t& x) {
  if (at != end && *at < 128) { // three residuals of four
    x = *at++;
    return true;
  }
  x = 0;
  for (unsigned shift = 0; shift < 64 && at != end; shift += 7) {
    auto byte = *at++;
    x |= static_cast<uint64_t>(byte & 127) << shift;
    if (byte < 128)
      return shift < 63 || byte <= 1;
  }
  return false;
}

bool is_bitmap(const std::vector<uint64_t>& words, size_t columns) {
  return words.size() == words_for(columns)
         && (words.back() & ~tail_mask(columns)) == 0;
}

/// Whether no part of `row` reaches beyond its columns.
[[maybe_unused]] bool fits(const frame_row& row, size_t columns) {
  return row.values.size() >= columns && is_bitmap(row.present, columns)
         && (row.estimated.empty() || is_bitmap(row.estimated, columns))
         && (row.raw.empty() || row.raw.back().column < columns);
}

/// A chain as before a key frame or a late part.
frame_chain fresh_chain(uint32_t columns) {
  frame_chain result;
  resize_chain(result, columns);
  return result;
}

void stamp(frame_chain& chain, const frame_header& header) {
  chain.epoch = header.epoch;
  chain.tick = header.tick;
}

/// What a row of version 1 leaves: base and presence, nothing learned.
frame_chain chain_after(const frame_chain& before, const frame_header& header,
                        const frame_row& row, const roster& columns_of) {
  frame_chain result;
  if (!header.is_key())
    result.base = before.base;
  resize_chain(result, header.columns);
  auto& mask = columns_of.gauge_mask();
  for (size_t i = 0; i < header.columns; ++i)
    if (bit_at(row.present, i))
      result.base[i] = row.values[i] & mask[i];
  result.present = row.present;
  return result;
}

caf::error open_v1(const frame_header& header, std::string_view payload,
                   const roster& columns_of, frame_chain& chain,
                   frame_row& row) {
  if (header.is_key())
    row.values.clear();
  else
    row.values = chain.base;
  row.values.resize(header.columns, 0);
  if (auto error = get_payload_v1(header, payload, columns_of, row))
    return error;
  if (header.part != 0)
    return {};
  chain = chain_after(chain, header, row, columns_of);
  stamp(chain, header);
  return {};
}

} // namespace

void frame_row::reset(uint32_t columns) {
  values.assign(columns, 0);
  present.assign(words_for(columns), 0);
  estimated.clear();
  raw.clear();
}

void put_varint(std::string& out, int64_t value) {
  put_unsigned(out, zigzag(static_cast<uint64_t>(value)));
}

bool get_varint(const uint8_t*& at, const uint8_t* end, int64_t& value) {
  uint64_t x;
  if (!get_unsigned(at, end, x))
    return false;
  value = static_cast<int64_t>(unzigzag(x));
  return true;
}

frame_ptr seal_row(frame_header header, const frame_row& row,
                   const roster& columns_of, bool key, frame_chain& chain) {
  assert(header.columns > 0 && header.columns <= columns_of.columns());
  assert(columns_of.is_prefix(header.columns));
  assert(fits(row, header.columns));
  auto is_key = key || header.part != 0 || chain.tick == 0
                || chain.epoch != header.epoch || chain.tick >= header.tick;
  header.base_tick = is_key ? 0 : chain.tick;
  std::string payload;
  if (!is_key) {
    resize_chain(chain, header.columns);
    put_payload(payload, header, row, columns_of, chain);
  } else {
    auto fresh = fresh_chain(header.columns);
    put_payload(payload, header, row, columns_of, fresh);
    if (header.part == 0) {
      settle_key(fresh, columns_of);
      chain = std::move(fresh);
    }
  }
  if (header.part == 0)
    stamp(chain, header);
  return frame::seal(header, payload);
}

caf::error open_row(const frame& sealed, const roster& columns_of,
                    frame_chain& chain, frame_row& row) {
  return open_row(sealed.header(), sealed.payload(), columns_of, chain, row);
}

caf::error open_row(const frame_header& header, std::string_view payload,
                    const roster& columns_of, frame_chain& chain,
                    frame_row& row) {
  if (header.epoch != columns_of.epoch()
      || !columns_of.is_prefix(header.columns))
    return make_error(ec::unknown_layout,
                      "frame of " + std::to_string(header.columns)
                          + " columns, epoch " + std::to_string(header.epoch));
  if (!header.is_key()
      && (chain.epoch != header.epoch || chain.tick != header.base_tick))
    return ec::need_key;
  if ((header.flags & frame_is_v2) == 0)
    return open_v1(header, payload, columns_of, chain, row);
  if (!header.is_key() && chain.base.size() == header.columns
      && chain.widths.size() == header.columns) {
    if (auto error = get_payload(header, payload, columns_of, chain, row))
      return error;
    stamp(chain, header);
    return {};
  }
  auto next = header.is_key() ? frame_chain{} : chain;
  resize_chain(next, header.columns);
  if (auto error = get_payload(header, payload, columns_of, next, row))
    return error;
  if (header.part != 0)
    return {};
  if (header.is_key())
    settle_key(next, columns_of);
  chain = std::move(next);
  stamp(chain, header);
  return {};
}

} // namespace tributary
