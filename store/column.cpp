#include "store/column.hpp"

#include <cstring>

namespace tributary {

namespace {

enum transform : uint8_t {
  transform_constant = 0,
  transform_offset = 1,
  transform_delta = 2,
};

constexpr uint8_t transform_mask = 3;
constexpr uint8_t has_presence = 4;
constexpr uint8_t has_estimated = 8;
constexpr uint8_t known_bits = 15;

int64_t minus(int64_t x, int64_t y) noexcept {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              - static_cast<uint64_t>(y));
}

int64_t plus(int64_t x, int64_t y) noexcept {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              + static_cast<uint64_t>(y));
}

/// Bytes of the zigzag varint of `x`.
size_t varint_bytes(int64_t x) noexcept {
  auto u = static_cast<uint64_t>(x) << 1 ^ static_cast<uint64_t>(x >> 63);
  return (70 - static_cast<size_t>(__builtin_clzll(u | 1))) / 7;
}

void put_bits(std::string& out, const std::vector<uint64_t>& words,
              size_t bits) {
  out.append(reinterpret_cast<const char*>(words.data()), (bits + 7) / 8);
}

bool get_bits(const uint8_t*& at, const uint8_t* end, size_t bits,
              std::vector<uint64_t>& to) {
  auto bytes = (bits + 7) / 8;
  if (static_cast<size_t>(end - at) < bytes)
    return false;
  to.assign(bitmap_words(bits), 0);
  if (bytes != 0) // of an empty vector there is no address
    memcpy(to.data(), at, bytes);
  at += bytes;
  return bits % 64 == 0 || to.empty() || to.back() >> (bits % 64) == 0;
}

bool is_subset(const std::vector<uint64_t>& part,
               const std::vector<uint64_t>& whole) {
  for (size_t i = 0; i < part.size(); ++i)
    if ((part[i] & ~whole[i]) != 0)
      return false;
  return true;
}

std::vector<int64_t> present_values(const window_column& column) {
  std::vector<int64_t> result;
  result.reserve(column.values.size());
  for (size_t w = 0; w < column.present.size(); ++w)
    for (auto bits = column.present[w]; bits != 0; bits &= bits - 1)
      result.push_back(
          column.values[w * 64 + static_cast<size_t>(__builtin_ctzll(bits))]);
  return result;
}

/// The transform whose residuals take fewer bytes.
transform cheapest(const std::vector<int64_t>& values) {
  size_t offset_bytes = 0;
  size_t delta_bytes = 0;
  auto constant = true;
  for (size_t i = 1; i < values.size(); ++i) {
    auto offset = minus(values[i], values[0]);
    auto delta = minus(values[i], values[i - 1]);
    constant = constant && offset == 0;
    offset_bytes += offset == 0 ? 0 : varint_bytes(offset);
    delta_bytes += delta == 0 ? 0 : varint_bytes(delta);
  }
  if (constant)
    return transform_constant;
  return delta_bytes < offset_bytes ? transform_delta : transform_offset;
}

void put_residuals(std::string& out, const std::vector<int64_t>& values,
                   transform how) {
  std::vector<uint64_t> non_zero(bitmap_words(values.size()), 0);
  std::string residuals;
  for (size_t i = 1; i < values.size(); ++i) {
    auto before = how == transform_delta ? values[i - 1] : values[0];
    auto residual = minus(values[i], before);
    if (residual == 0)
      continue;
    set_bit(non_zero, i);
    put_varint(residuals, residual);
  }
  put_bits(out, non_zero, values.size());
  out += residuals;
}

bool get_residuals(const uint8_t*& at, const uint8_t* end, transform how,
                   std::vector<int64_t>& values) {
  std::vector<uint64_t> non_zero;
  if (!get_bits(at, end, values.size(), non_zero))
    return false;
  if (!values.empty() && bit_at(non_zero, 0))
    return false;
  for (size_t i = 1; i < values.size(); ++i) {
    int64_t residual = 0;
    if (bit_at(non_zero, i) && !get_varint(at, end, residual))
      return false;
    auto before = how == transform_delta ? values[i - 1] : values[0];
    values[i] = plus(before, residual);
  }
  return true;
}

} // namespace

std::vector<uint64_t> covered_slots(const window_table& window) {
  std::vector<uint64_t> result(bitmap_words(window.slots()), 0);
  for (size_t slot = 0; slot < window.slots(); ++slot)
    if (window.epochs()[slot] != 0)
      set_bit(result, slot);
  return result;
}

void put_column(std::string& out, const window_column& column,
                const std::vector<uint64_t>& covered, uint16_t slots) {
  auto values = present_values(column);
  auto how = cheapest(values);
  auto flags = static_cast<uint8_t>(how);
  if (column.present != covered)
    flags |= has_presence;
  auto estimated = false;
  for (auto word : column.estimated)
    estimated = estimated || word != 0;
  if (estimated)
    flags |= has_estimated;
  out += static_cast<char>(flags);
  put_varint(out, values.empty() ? 0 : values[0]);
  if ((flags & has_presence) != 0)
    put_bits(out, column.present, slots);
  if (estimated)
    put_bits(out, column.estimated, slots);
  if (how != transform_constant)
    put_residuals(out, values, how);
}

bool get_column(const uint8_t* at, const uint8_t* end,
                const std::vector<uint64_t>& covered, uint16_t slots,
                window_column& to) {
  if (at == end || (*at & ~known_bits) != 0
      || (*at & transform_mask) > transform_delta)
    return false;
  auto flags = *at++;
  auto how = static_cast<transform>(flags & transform_mask);
  int64_t base;
  if (!get_varint(at, end, base))
    return false;
  to.present = covered;
  if ((flags & has_presence) != 0
      && (!get_bits(at, end, slots, to.present)
          || !is_subset(to.present, covered)))
    return false;
  to.estimated.clear();
  if ((flags & has_estimated) != 0
      && (!get_bits(at, end, slots, to.estimated)
          || !is_subset(to.estimated, to.present)))
    return false;
  size_t count = 0;
  for (auto word : to.present)
    count += static_cast<size_t>(__builtin_popcountll(word));
  std::vector<int64_t> values(count, base);
  if (how != transform_constant && !get_residuals(at, end, how, values))
    return false;
  to.values.assign(slots, 0);
  size_t i = 0;
  for (size_t w = 0; w < to.present.size(); ++w)
    for (auto bits = to.present[w]; bits != 0; bits &= bits - 1)
      to.values[w * 64 + static_cast<size_t>(__builtin_ctzll(bits))]
          = values[i++];
  return true;
}

} // namespace tributary
