#include "schema/frame_codec.hpp"

#include <cassert>
#include <cstring>

namespace tributary {

namespace {

constexpr uint64_t zigzag(uint64_t x) noexcept {
  return x << 1 ^ (uint64_t{0} - (x >> 63));
}

constexpr uint64_t unzigzag(uint64_t x) noexcept {
  return x >> 1 ^ (uint64_t{0} - (x & 1));
}

constexpr size_t words_for(size_t columns) noexcept {
  return (columns + 63) / 64;
}

/// All bits of the last word beyond `columns` are 0.
uint64_t tail_mask(size_t columns) noexcept {
  return columns % 64 == 0 ? ~uint64_t{0} : (uint64_t{1} << (columns % 64)) - 1;
}

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

void put_words(std::string& out, const uint64_t* words, size_t count) {
  out.append(reinterpret_cast<const char*>(words), count * 8);
}

/// Walks a payload; every step checks that the bytes are there.
struct payload_reader {
  const uint8_t* at;
  const uint8_t* end;

  bool words(std::vector<uint64_t>& to, size_t columns) {
    auto count = words_for(columns);
    if (static_cast<size_t>(end - at) < count * 8)
      return false;
    to.resize(count);
    memcpy(to.data(), at, count * 8);
    at += count * 8;
    return (to.back() & ~tail_mask(columns)) == 0;
  }
};

bool is_full(const std::vector<uint64_t>& words, size_t columns) {
  for (size_t w = 0; w + 1 < words.size(); ++w)
    if (words[w] != ~uint64_t{0})
      return false;
  return words.back() == tail_mask(columns);
}

bool has_bits(const std::vector<uint64_t>& words) {
  for (auto word : words)
    if (word != 0)
      return true;
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

void put_raw(std::string& out, const std::vector<raw_reading>& raw,
             size_t columns) {
  std::vector<uint64_t> bits(words_for(columns), 0);
  for (auto& x : raw)
    set_bit(bits, x.column);
  put_words(out, bits.data(), bits.size());
  for (auto& x : raw)
    put_varint(out, x.value);
}

/// Non-zero bitmap and residuals of `row` against `base` (null: zeros).
void put_residuals(std::string& out, const frame_row& row, const int64_t* base,
                   uint32_t columns) {
  auto bitmap_at = out.size();
  auto count = words_for(columns);
  out.resize(bitmap_at + count * 8);
  for (size_t w = 0; w < count; ++w) {
    uint64_t non_zero = 0;
    auto present = row.present[w];
    while (present != 0) {
      auto bit = static_cast<unsigned>(__builtin_ctzll(present));
      present &= present - 1;
      auto i = w * 64 + bit;
      auto residual = static_cast<uint64_t>(row.values[i])
                      - static_cast<uint64_t>(base != nullptr ? base[i] : 0);
      if (residual == 0)
        continue;
      non_zero |= uint64_t{1} << bit;
      put_unsigned(out, zigzag(residual));
    }
    memcpy(&out[bitmap_at + w * 8], &non_zero, 8);
  }
}

void advance(frame_chain& chain, const frame_header& header,
             const frame_row& row, const roster& columns_of) {
  if (header.is_key())
    chain.base.assign(header.columns, 0);
  else
    chain.base.resize(header.columns, 0);
  chain.epoch = header.epoch;
  chain.tick = header.tick;
  auto& mask = columns_of.gauge_mask();
  if ((header.flags & frame_has_presence) == 0) {
    for (size_t i = 0; i < header.columns; ++i)
      chain.base[i] = row.values[i] & mask[i];
    return;
  }
  for (size_t i = 0; i < header.columns; ++i)
    if (bit_at(row.present, i))
      chain.base[i] = row.values[i] & mask[i];
}

/// Adds the residuals behind `in` to the values that `row` starts with.
bool get_residuals(payload_reader& in, uint32_t columns, frame_row& row) {
  auto count = words_for(columns);
  if (static_cast<size_t>(in.end - in.at) < count * 8)
    return false;
  auto bitmap = in.at;
  in.at += count * 8;
  for (size_t w = 0; w < count; ++w) {
    uint64_t non_zero;
    memcpy(&non_zero, bitmap + w * 8, 8);
    if ((non_zero & ~row.present[w]) != 0)
      return false;
    while (non_zero != 0) {
      auto i = w * 64 + static_cast<unsigned>(__builtin_ctzll(non_zero));
      non_zero &= non_zero - 1;
      uint64_t residual;
      if (!get_unsigned(in.at, in.end, residual))
        return false;
      row.values[i] = static_cast<int64_t>(static_cast<uint64_t>(row.values[i])
                                           + unzigzag(residual));
    }
  }
  return true;
}

bool get_raw(payload_reader& in, uint32_t columns, const roster& columns_of,
             frame_row& row) {
  std::vector<uint64_t> bits;
  if (!in.words(bits, columns))
    return false;
  for (uint32_t i = 0; i < columns; ++i) {
    if (!bit_at(bits, i))
      continue;
    int64_t value;
    if (!columns_of.is_counter_column(i) || !get_varint(in.at, in.end, value))
      return false;
    row.raw.push_back({i, value});
  }
  return true;
}

void clear_absent(frame_row& row, uint32_t columns) {
  for (uint32_t i = 0; i < columns; ++i)
    if (!bit_at(row.present, i))
      row.values[i] = 0;
}

caf::error corrupt(const char* what) {
  return make_error(ec::corrupt, std::string{"frame payload: "} + what);
}

caf::error read_sections(const frame& sealed, const roster& columns_of,
                         frame_row& row) {
  auto& header = sealed.header();
  auto begin = reinterpret_cast<const uint8_t*>(sealed.payload().data());
  payload_reader in{begin, begin + sealed.payload().size()};
  if ((header.flags & frame_has_presence) != 0) {
    if (!in.words(row.present, header.columns))
      return corrupt("presence bitmap");
  } else {
    row.present.assign(words_for(header.columns), ~uint64_t{0});
    row.present.back() = tail_mask(header.columns);
  }
  row.estimated.clear();
  if ((header.flags & frame_has_estimated) != 0
      && !in.words(row.estimated, header.columns))
    return corrupt("estimated bitmap");
  if (!get_residuals(in, header.columns, row))
    return corrupt("residuals");
  row.raw.clear();
  if ((header.flags & frame_has_raw) != 0
      && !get_raw(in, header.columns, columns_of, row))
    return corrupt("raw readings");
  if (in.at != in.end)
    return corrupt("bytes behind the end");
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
  header.flags = 0;
  std::string payload;
  payload.reserve(header.columns * 2 + 64);
  auto count = words_for(header.columns);
  if (!is_full(row.present, header.columns)) {
    header.flags |= frame_has_presence;
    put_words(payload, row.present.data(), count);
  }
  if (!row.estimated.empty() && has_bits(row.estimated)) {
    header.flags |= frame_has_estimated;
    put_words(payload, row.estimated.data(), count);
  }
  if (!is_key)
    chain.base.resize(header.columns, 0);
  put_residuals(payload, row, is_key ? nullptr : chain.base.data(),
                header.columns);
  if (!row.raw.empty()) {
    header.flags |= frame_has_raw;
    put_raw(payload, row.raw, header.columns);
  }
  if (header.part == 0)
    advance(chain, header, row, columns_of);
  return frame::seal(header, payload);
}

caf::error open_row(const frame& sealed, const roster& columns_of,
                    frame_chain& chain, frame_row& row) {
  auto& header = sealed.header();
  if (header.epoch != columns_of.epoch()
      || !columns_of.is_prefix(header.columns))
    return make_error(ec::unknown_layout,
                      "frame of " + std::to_string(header.columns)
                          + " columns, epoch " + std::to_string(header.epoch));
  if (!header.is_key()
      && (chain.epoch != header.epoch || chain.tick != header.base_tick))
    return ec::need_key;
  if (header.is_key())
    row.values.assign(header.columns, 0);
  else {
    row.values.assign(chain.base.begin(), chain.base.end());
    row.values.resize(header.columns, 0);
  }
  if (auto error = read_sections(sealed, columns_of, row))
    return error;
  if ((header.flags & frame_has_presence) != 0)
    clear_absent(row, header.columns);
  if (header.part == 0)
    advance(chain, header, row, columns_of);
  return {};
}

} // namespace tributary
