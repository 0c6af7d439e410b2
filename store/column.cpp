#include "store/column.hpp"

#include <algorithm>
#include <cstring>

#include "store/residuals.hpp"
#include "store/slot_set.hpp"

namespace tributary {

namespace {

enum transform : uint8_t {
  transform_constant = 0,
  transform_offset = 1, // from the least value
  transform_delta = 2,  // from the value before
  transform_slope = 3,  // of the delta from the delta before
};

constexpr uint8_t transform_mask = 3;
constexpr uint8_t has_gaps = 4;
constexpr uint8_t has_estimates = 8;
constexpr unsigned form_shift = 4;
constexpr uint8_t form_mask = 3;
constexpr uint8_t has_step = 64; // residuals are multiples of a power of 2
constexpr uint8_t known_bits = 127;

uint64_t zigzag(uint64_t x) noexcept {
  return x << 1 ^ (0 - (x >> 63));
}

uint64_t unzigzag(uint64_t x) noexcept {
  return x >> 1 ^ (0 - (x & 1));
}

uint64_t unsigned_of(int64_t x) noexcept {
  return static_cast<uint64_t>(x);
}

/// A difference, as signed as it came about, divided by `1 << shift`.
uint64_t scaled_down(uint64_t x, unsigned shift) noexcept {
  return unsigned_of(static_cast<int64_t>(x) >> shift);
}

/// The values that are present, without copying where all are.
const int64_t* gather(const window_column& column, size_t count,
                      std::vector<int64_t>& buffer) {
  if (count == column.values.size())
    return column.values.data();
  buffer.resize(count);
  auto to = buffer.data();
  for (size_t w = 0; w < column.present.size(); ++w)
    for (auto bits = column.present[w]; bits != 0; bits &= bits - 1)
      *to++
          = column.values[w * 64 + static_cast<size_t>(__builtin_ctzll(bits))];
  return buffer.data();
}

/// Bits that the residuals of each transform take together.
struct transform_costs {
  uint64_t offset = 0;
  uint64_t delta = 0;
  uint64_t slope = 0;
};

transform_costs costs_of(const int64_t* values, size_t count, int64_t least,
                         unsigned shift) {
  transform_costs result;
  auto before = unsigned_of(values[0]);
  uint64_t delta_before = 0;
  for (size_t i = 1; i < count; ++i) {
    auto x = unsigned_of(values[i]);
    auto delta = x - before;
    result.offset += bit_width((x - unsigned_of(least)) >> shift);
    result.delta += bit_width(zigzag(scaled_down(delta, shift)));
    result.slope += bit_width(zigzag(scaled_down(delta - delta_before, shift)));
    before = x;
    delta_before = delta;
  }
  return result;
}

transform cheapest_transform(const int64_t* values, size_t count, int64_t least,
                             unsigned shift) {
  auto costs = costs_of(values, count, least, shift);
  if (costs.offset <= costs.delta && costs.offset <= costs.slope)
    return transform_offset;
  return costs.delta <= costs.slope ? transform_delta : transform_slope;
}

void offsets_of(const int64_t* values, size_t count, uint64_t least,
                unsigned shift, uint64_t* to) {
  for (size_t i = 0; i < count; ++i)
    to[i] = (unsigned_of(values[i]) - least) >> shift;
}

/// Of all values but the first.
void deltas_of(const int64_t* values, size_t count, unsigned shift,
               uint64_t* to) {
  for (size_t i = 1; i < count; ++i)
    to[i - 1] = zigzag(scaled_down(
        unsigned_of(values[i]) - unsigned_of(values[i - 1]), shift));
}

/// Of all values but the first two.
void slopes_of(const int64_t* values, size_t count, unsigned shift,
               uint64_t* to) {
  for (size_t i = 2; i < count; ++i)
    to[i - 2] = zigzag(scaled_down(unsigned_of(values[i])
                                       - 2 * unsigned_of(values[i - 1])
                                       + unsigned_of(values[i - 2]),
                                   shift));
}

/// The bits in which values differ from the first one, and the least value.
struct value_range {
  uint64_t bits = 0;
  int64_t least = 0;
};

value_range range_of(const int64_t* values, size_t count) {
  value_range result{0, values[0]};
  auto first = unsigned_of(values[0]);
  for (size_t i = 1; i < count; ++i) {
    result.bits |= unsigned_of(values[i]) - first;
    result.least = std::min(result.least, values[i]);
  }
  return result;
}

/// What of a column depends on its values.
struct packing {
  transform how = transform_constant;
  /// The first value, or the least where residuals are offsets.
  int64_t base = 0;
  /// All values are a multiple of `1 << shift` apart.
  unsigned shift = 0;
  /// The first delta, of slopes, as often as the shift makes it.
  int64_t delta = 0;
  residual_form form = residual_form::planes;
  unsigned width = 0;
  size_t residuals = 0;
};

/// Chooses how to pack values and makes their residuals.
packing pack(const int64_t* values, size_t count,
             std::vector<uint64_t>& residuals) {
  packing result;
  if (count == 0)
    return result;
  result.base = values[0];
  auto range = range_of(values, count);
  if (range.bits == 0)
    return result;
  result.shift = static_cast<unsigned>(__builtin_ctzll(range.bits));
  result.how = cheapest_transform(values, count, range.least, result.shift);
  residuals.resize(count);
  switch (result.how) {
  case transform_offset:
    result.base = range.least;
    result.residuals = count;
    offsets_of(values, count, unsigned_of(result.base), result.shift,
               residuals.data());
    break;
  case transform_delta:
    result.residuals = count - 1;
    deltas_of(values, count, result.shift, residuals.data());
    break;
  default:
    result.delta = static_cast<int64_t>(scaled_down(
        unsigned_of(values[1]) - unsigned_of(values[0]), result.shift));
    result.residuals = count - 2;
    slopes_of(values, count, result.shift, residuals.data());
  }
  auto sums = sums_of(residuals.data(), result.residuals);
  result.width = bit_width(sums.any);
  result.form = cheapest_form(sums, result.residuals);
  return result;
}

/// Values out of the residuals of a transform.
void restore(transform how, int64_t base, int64_t delta, unsigned shift,
             const uint64_t* residuals, size_t count, int64_t* to) {
  auto x = unsigned_of(base);
  if (how == transform_offset) {
    for (size_t i = 0; i < count; ++i)
      to[i] = static_cast<int64_t>(x + (residuals[i] << shift));
    return;
  }
  to[0] = base;
  if (how == transform_delta) {
    for (size_t i = 1; i < count; ++i)
      to[i] = static_cast<int64_t>(x += unzigzag(residuals[i - 1]) << shift);
    return;
  }
  auto step = unsigned_of(delta) << shift;
  to[1] = static_cast<int64_t>(x += step);
  for (size_t i = 2; i < count; ++i)
    to[i] = static_cast<int64_t>(x += step += unzigzag(residuals[i - 2])
                                              << shift);
}

/// Reads the place of a set; null when there is none.
const std::vector<uint64_t>* get_set(const uint8_t*& at, const uint8_t* end,
                                     const slot_sets& sets) {
  int64_t place;
  return get_varint(at, end, place) ? sets.at(unsigned_of(place)) : nullptr;
}

/// Reads `count` values behind the sets of a column.
bool get_values(const uint8_t*& at, const uint8_t* end, uint8_t flags,
                int64_t base, int64_t* to, size_t count,
                std::vector<uint64_t>& residuals) {
  auto how = static_cast<transform>(flags & transform_mask);
  if (how == transform_constant) {
    if ((flags & has_step) != 0)
      return false;
    std::fill(to, to + count, base);
    return true;
  }
  unsigned shift = 0;
  if ((flags & has_step) != 0) {
    if (at == end || *at == 0 || *at > 63)
      return false;
    shift = *at++;
  }
  int64_t delta = 0;
  // How many values need no residual: the first, and the second of slopes.
  size_t given = how == transform_offset ? 0 : how == transform_delta ? 1 : 2;
  if (count <= given || (given == 2 && !get_varint(at, end, delta)))
    return false;
  residuals.resize(count);
  if (!get_residuals(at, end, flags >> form_shift & form_mask, residuals.data(),
                     count - given))
    return false;
  restore(how, base, delta, shift, residuals.data(), count, to);
  return true;
}

/// Moves values to the slots that are present. `values` has one more than are
/// present, as each slot reads one whether it takes it or not.
void scatter(const int64_t* values, const std::vector<uint64_t>& present,
             size_t slots, int64_t* to) {
  for (size_t slot = 0; slot < slots; ++slot) {
    auto bit = present[slot / 64] >> (slot % 64) & 1;
    to[slot] = *values & -static_cast<int64_t>(bit);
    values += bit;
  }
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
                const std::vector<uint64_t>& covered, slot_sets& sets,
                column_buffers& buffers) {
  auto values = gather(column, count_slots(column.present), buffers.values);
  auto how = pack(values, count_slots(column.present), buffers.residuals);
  auto has_gap = column.present != covered;
  auto has_estimate = has_slots(column.estimated);
  auto flags = static_cast<unsigned>(how.how)
               | static_cast<unsigned>(how.form) << form_shift
               | (has_gap ? has_gaps : 0u) | (has_estimate ? has_estimates : 0u)
               | (how.shift != 0 ? has_step : 0u);
  out += static_cast<char>(flags);
  put_varint(out, how.base);
  if (has_gap) {
    buffers.bits = covered;
    for (size_t w = 0; w < covered.size(); ++w)
      buffers.bits[w] &= ~column.present[w];
    put_varint(out, static_cast<int64_t>(sets.place_of(buffers.bits)));
  }
  if (has_estimate)
    put_varint(out, static_cast<int64_t>(sets.place_of(column.estimated)));
  if (how.shift != 0)
    out += static_cast<char>(how.shift);
  if (how.how == transform_slope)
    put_varint(out, how.delta);
  if (how.how != transform_constant)
    put_residuals(out, how.form, how.width, buffers.residuals.data(),
                  how.residuals);
}

bool get_column(const uint8_t* at, const uint8_t* end,
                const std::vector<uint64_t>& covered, uint16_t slots,
                const slot_sets& sets, window_column& to,
                column_buffers& buffers) {
  if (at == end || (*at & ~known_bits) != 0)
    return false;
  auto flags = *at++;
  int64_t base;
  if (!get_varint(at, end, base))
    return false;
  to.present = covered;
  to.estimated.clear();
  if ((flags & has_gaps) != 0) {
    auto gaps = get_set(at, end, sets);
    if (gaps == nullptr || !is_subset(*gaps, covered))
      return false;
    for (size_t w = 0; w < covered.size(); ++w)
      to.present[w] &= ~(*gaps)[w];
  }
  if ((flags & has_estimates) != 0) {
    auto estimated = get_set(at, end, sets);
    if (estimated == nullptr || !is_subset(*estimated, to.present))
      return false;
    to.estimated = *estimated;
  }
  auto count = count_slots(to.present);
  to.values.resize(slots);
  if (count == slots)
    return get_values(at, end, flags, base, to.values.data(), count,
                      buffers.residuals)
           && at == end;
  buffers.values.resize(count + 1);
  if (!get_values(at, end, flags, base, buffers.values.data(), count,
                  buffers.residuals)
      || at != end)
    return false;
  scatter(buffers.values.data(), to.present, slots, to.values.data());
  return true;
}

} // namespace tributary
