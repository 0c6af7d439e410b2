#include "store/column_v1.hpp"

#include <cstring>

#include "store/slot_set.hpp"

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

int64_t plus(int64_t x, int64_t y) noexcept {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              + static_cast<uint64_t>(y));
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

bool get_column_v1(const uint8_t* at, const uint8_t* end,
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
  std::vector<int64_t> values(count_slots(to.present), base);
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
